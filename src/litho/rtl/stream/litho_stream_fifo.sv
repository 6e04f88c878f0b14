// First in, first out: a buffer of `Depth` beats.
//
// What it computes: nothing; it holds up to Depth beats.
// Reference: litho.rtl.stream.fifo.fifo
// Latency 1 up to 64 beats (two registers, or a memory that is read in the cycle itself: LUT RAM),
// 2 above (the memory is read synchronously: block RAM). One beat a cycle. `in_ready_o` does not
// depend on `out_ready_i`: a full buffer takes its next beat the cycle after it gave one.
//
//   in --->[ waits_q ]--->[ data_q ]----> out    Depth = 2; straight to data_q when that is free
//   in --->[ mem (Depth) ]--------------> out    Depth <= 64
//   in --->[ mem (Depth) ]--->[ data_q ]-> out   Depth >  64
`default_nettype none
module litho_stream_fifo #(
  parameter int Width = 8,  // bits of a beat
  parameter int Depth = 2   // beats it can hold, at least 2
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
  if (Depth < 2) begin : gen_check
    initial $fatal(1, "litho_stream_fifo: Depth must be at least 2, not %0d", Depth);
  end

  if (Depth == 2) begin : gen_pair
    logic [Width-1:0] data_q, waits_q;
    logic             valid_q, is_waiting_q;
    logic             is_free;  // whether data_q takes the next beat

    assign is_free = !valid_q || out_ready_i;
    assign in_ready_o = !is_waiting_q;
    assign out_valid_o = valid_q;
    assign out_data_o = data_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) valid_q <= 1'b0;
      else if (is_free) valid_q <= is_waiting_q || in_valid_i;
    end

    always_ff @(posedge clk_i) begin
      if (!rst_ni) is_waiting_q <= 1'b0;
      else is_waiting_q <= !is_free && (is_waiting_q || in_valid_i);
    end

    always_ff @(posedge clk_i) begin
      if (is_free) data_q <= is_waiting_q ? waits_q : in_data_i;
    end

    always_ff @(posedge clk_i) begin
      if (!is_free && in_ready_o) waits_q <= in_data_i;
    end
  end else begin : gen_memory
    localparam int AddressBits = Depth > 1 ? $clog2(Depth) : 1;
    localparam int CountBits = $clog2(Depth + 1);

    // A word is never read in the cycle in which it is written.
    (* no_rw_check *) logic [Width-1:0] mem [Depth];

    logic [AddressBits-1:0] write_q, read_q;
    logic [CountBits-1:0]   count_q;
    logic                   push, pop, fetch;

    assign in_ready_o = count_q != CountBits'(Depth);
    assign push = in_valid_i && in_ready_o;
    assign pop = out_valid_o && out_ready_i;

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
      if (!rst_ni) read_q <= '0;
      else if (fetch) begin
        read_q <= read_q == AddressBits'(Depth - 1) ? '0 : read_q + AddressBits'(1);
      end
    end

    if (Depth <= 64) begin : gen_shallow
      assign fetch = pop;
      assign out_valid_o = count_q != '0;
      assign out_data_o = mem[read_q];
    end else begin : gen_deep
      logic [Width-1:0] data_q;
      logic             valid_q;

      // A beat in data_q is still counted: what lies in the memory is count_q - valid_q.
      assign fetch = (!valid_q || out_ready_i) && count_q != CountBits'(valid_q);
      assign out_valid_o = valid_q;
      assign out_data_o = data_q;

      always_ff @(posedge clk_i) begin
        if (!rst_ni) valid_q <= 1'b0;
        else if (!valid_q || out_ready_i) valid_q <= fetch;
      end

      always_ff @(posedge clk_i) begin
        if (fetch) data_q <= mem[read_q];
      end
    end
  end
endmodule
`default_nettype wire
