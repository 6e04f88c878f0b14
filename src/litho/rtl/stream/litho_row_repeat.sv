// Row repeat: gives each row of beats several times in a row.
//
// What it computes: for each row of Beats beats: the row, Repeats times.
// Reference: litho.rtl.stream.row_repeat.row_repeat
// Two rows fit: the next one is taken while the present one is repeated, and a beat can go out as
// soon as it is in. A word is given up when it is read for the last time.
// Latency 0 for one repeat (wires); 1 up to 64 words (a register for rows of one beat, else read in
// the cycle itself: LUT RAM), 2 above (synchronous read: block RAM). One output beat a cycle.
//
//   in --->[ mem (2 rows) ]--------------> out    2 * Beats <= 64
//   in --->[ mem (2 rows) ]--->[ data_q ]-> out   2 * Beats >  64
`default_nettype none
module litho_row_repeat #(
  parameter int Width   = 8,  // bits of a beat
  parameter int Beats   = 2,  // beats in a row
  parameter int Repeats = 2   // times a row is given
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire logic [Width-1:0] in_data_i,
  input  wire logic             in_valid_i,
  output wire logic             in_ready_o,
  output wire logic [Width-1:0] out_data_o,
  output wire logic             out_valid_o,
  input  wire logic             out_ready_i
);
  localparam int Depth = 2 * Beats;
  localparam int AddressBits = $clog2(Depth);
  localparam int CountBits = $clog2(Depth + 1);
  localparam int RepeatBits = Repeats > 1 ? $clog2(Repeats) : 1;

  if (Repeats == 1) begin : gen_wires
    logic unused;
    assign unused = clk_i ^ rst_ni;
    assign out_data_o = in_data_i;
    assign out_valid_o = in_valid_i;
    assign in_ready_o = out_ready_i;
  end else begin : gen_repeat
    logic [RepeatBits-1:0] repeat_q;  // repeats of the present row that are over
    logic                  is_last_repeat, is_row_end, fetch;

    assign is_last_repeat = repeat_q == RepeatBits'(Repeats - 1);

    always_ff @(posedge clk_i) begin
      if (!rst_ni) repeat_q <= '0;
      else if (fetch && is_row_end) begin
        repeat_q <= is_last_repeat ? '0 : repeat_q + RepeatBits'(1);
      end
    end

    if (Beats == 1) begin : gen_hold
      assign is_row_end = 1'b1;
      assign fetch = out_valid_o && out_ready_i;

      litho_stream_register #(
        .Width(Width)
      ) u_register (
        .clk_i(clk_i),
        .rst_ni(rst_ni),
        .in_data_i(in_data_i),
        .in_valid_i(in_valid_i),
        .in_ready_o(in_ready_o),
        .out_data_o(out_data_o),
        .out_valid_o(out_valid_o),
        .out_ready_i(out_ready_i && is_last_repeat)
      );
    end else begin : gen_store
      // A word is never read in the cycle in which it is written.
      (* no_rw_check *) logic [Width-1:0] mem [Depth];

      logic [AddressBits-1:0] write_q, read_q;
      logic [CountBits-1:0]   count_q;  // words written and not given up
      logic [AddressBits-1:0] beat_q;   // place of the present beat in its row
      logic                   push, pop, is_there, in_upper_q;

      assign in_ready_o = count_q != CountBits'(Depth);
      assign push = in_valid_i && in_ready_o;
      assign pop = fetch && is_last_repeat;
      assign is_row_end = beat_q == AddressBits'(Beats - 1);
      // On the last repeat the words before the present one are already given up.
      assign is_there = is_last_repeat ? count_q != '0 : count_q > CountBits'(beat_q);

      always_ff @(posedge clk_i) begin
        if (push) mem[write_q] <= in_data_i;
      end

      always_ff @(posedge clk_i) begin
        if (!rst_ni) count_q <= '0;
        else if (push && !pop) count_q <= count_q + CountBits'(1);
        else if (pop && !push) count_q <= count_q - CountBits'(1);
      end

      always_ff @(posedge clk_i) begin
        if (!rst_ni) write_q <= '0;
        else if (push) begin
          write_q <= write_q == AddressBits'(Depth - 1) ? '0 : write_q + AddressBits'(1);
        end
      end

      always_ff @(posedge clk_i) begin
        if (!rst_ni) beat_q <= '0;
        else if (fetch) beat_q <= is_row_end ? '0 : beat_q + AddressBits'(1);
      end

      // The rows lie alternately at addresses 0 and Beats.
      always_ff @(posedge clk_i) begin
        if (!rst_ni) in_upper_q <= 1'b0;
        else if (fetch && is_row_end && is_last_repeat) in_upper_q <= !in_upper_q;
      end

      always_ff @(posedge clk_i) begin
        if (!rst_ni) read_q <= '0;
        else if (fetch && !is_row_end) read_q <= read_q + AddressBits'(1);
        else if (fetch) read_q <= is_last_repeat != in_upper_q ? AddressBits'(Beats) : '0;
      end

      if (Depth <= 64) begin : gen_shallow
        assign fetch = out_valid_o && out_ready_i;
        assign out_valid_o = is_there;
        assign out_data_o = mem[read_q];
      end else begin : gen_deep
        logic [Width-1:0] data_q;
        logic             valid_q;

        assign fetch = is_there && (!valid_q || out_ready_i);
        assign out_valid_o = valid_q;
        assign out_data_o = data_q;

        always_ff @(posedge clk_i) begin
          if (!rst_ni) valid_q <= 1'b0;
          else if (!valid_q || out_ready_i) valid_q <= is_there;
        end

        always_ff @(posedge clk_i) begin
          if (fetch) data_q <= mem[read_q];
        end
      end
    end
  end
endmodule
`default_nettype wire
