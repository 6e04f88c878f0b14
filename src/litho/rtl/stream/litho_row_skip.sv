// Row skip: gives each row of beats several times in a row, without its beats of zeros.
//
// What it computes: for each row of Beats beats: those that are not zero, and the last one whatever
// it holds, Repeats times. With each beat goes its place in the row, and whether it is the last.
// Reference: litho.rtl.stream.row_skip.kept_beats
// It is litho_row_repeat, but for the beats that it drops, and no beat leaves it later: the memory
// has room for two rows of which nothing is dropped, the next ones are taken while the present one
// is repeated, and a beat can go out as soon as it is in. A word is given up when it is read for
// the last time. The last beat is kept so that a row has an end, and one beat at least.
// Latency 1 up to 64 words (read in the cycle itself: LUT RAM), 2 above (synchronous read: block
// RAM). One output beat a cycle.
//
//   in -> zero? -> [ mem ]--------------> out    2 * Beats <= 64
//   in -> zero? -> [ mem ]--->[ data_q ]-> out   2 * Beats >  64
`default_nettype none
module litho_row_skip #(
  parameter int Width   = 8,  // bits of a beat
  parameter int Beats   = 2,  // beats in a row, at least 2
  parameter int Repeats = 2,  // times a row is given, at least 2
  localparam int PlaceBits = $clog2(Beats)
) (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,
  input  wire logic [Width-1:0]     in_data_i,
  input  wire logic                 in_valid_i,
  output wire logic                 in_ready_o,
  output wire logic [Width-1:0]     out_data_o,
  output wire logic [PlaceBits-1:0] out_place_o,
  output wire logic                 out_last_o,
  output wire logic                 out_valid_o,
  input  wire logic                 out_ready_i
);
  localparam int Depth = 2 * Beats;
  localparam int AddressBits = $clog2(Depth);
  localparam int CountBits = $clog2(Depth + 1);
  localparam int RepeatBits = $clog2(Repeats);
  localparam int WordBits = PlaceBits + Width;  // {place, data}

  // What comes in.
  logic [PlaceBits-1:0] place_q;
  logic                 is_final, take, push;

  assign is_final = place_q == PlaceBits'(Beats - 1);
  assign take = in_valid_i && in_ready_o;
  assign push = take && (is_final || in_data_i != '0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) place_q <= '0;
    else if (take) place_q <= is_final ? '0 : place_q + PlaceBits'(1);
  end

  // Words in a ring, and apart from them, read in the cycle itself, which ones end a row.
  // A word is never read in the cycle in which it is written.
  (* no_rw_check *) logic [WordBits-1:0] mem [Depth];
  (* no_rw_check *) logic                ends [Depth];

  logic [AddressBits-1:0] write_q, read_q, read_next;
  logic [AddressBits-1:0] start_q;   // the first word of the present row
  logic [CountBits-1:0]   count_q;   // words written and not given up
  logic [AddressBits-1:0] beat_q;    // words of the present row before the present one
  logic [RepeatBits-1:0]  repeat_q;  // repeats of the present row that are over
  logic                   is_last_repeat, is_row_end, is_there, fetch, pop;

  assign in_ready_o = count_q != CountBits'(Depth);
  assign pop = fetch && is_last_repeat;
  assign is_last_repeat = repeat_q == RepeatBits'(Repeats - 1);
  assign is_row_end = ends[read_q];
  // On the last repeat the words before the present one are already given up.
  assign is_there = is_last_repeat ? count_q != '0 : count_q > CountBits'(beat_q);
  assign read_next = read_q == AddressBits'(Depth - 1) ? '0 : read_q + AddressBits'(1);

  always_ff @(posedge clk_i) begin
    if (push) mem[write_q] <= {place_q, in_data_i};
  end

  always_ff @(posedge clk_i) begin
    if (push) ends[write_q] <= is_final;
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
    if (!rst_ni) read_q <= '0;
    else if (fetch) read_q <= is_row_end && !is_last_repeat ? start_q : read_next;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) start_q <= '0;
    else if (fetch && is_row_end && is_last_repeat) start_q <= read_next;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) beat_q <= '0;
    else if (fetch) beat_q <= is_row_end ? '0 : beat_q + AddressBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) repeat_q <= '0;
    else if (fetch && is_row_end) repeat_q <= is_last_repeat ? '0 : repeat_q + RepeatBits'(1);
  end

  if (Depth <= 64) begin : gen_shallow
    assign fetch = out_valid_o && out_ready_i;
    assign out_valid_o = is_there;
    assign {out_place_o, out_data_o} = mem[read_q];
    assign out_last_o = is_row_end;
  end else begin : gen_deep
    logic [WordBits-1:0] word_q;
    logic                last_q, valid_q;

    assign fetch = is_there && (!valid_q || out_ready_i);
    assign out_valid_o = valid_q;
    assign {out_place_o, out_data_o} = word_q;
    assign out_last_o = last_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) valid_q <= 1'b0;
      else if (!valid_q || out_ready_i) valid_q <= is_there;
    end

    always_ff @(posedge clk_i) begin
      if (fetch) word_q <= mem[read_q];
    end

    always_ff @(posedge clk_i) begin
      if (fetch) last_q <= is_row_end;
    end
  end
endmodule
`default_nettype wire
