// Bench of litho_stream_stall: a stream that is stopped for Pause cycles after each beat.
//
// What it computes: out = in.
// Reference: litho.rtl.bench.stall_block
// Latency 0, one beat in Pause + 1 cycles. The stall is over when Pause cycles have passed, and comes
// again as soon as a beat is offered and not taken: that beat must stay offered.
`default_nettype none
module bench_stream_stall #(
  parameter int Width = 8,  // bits of a beat
  parameter int Pause  = 1   // cycles without a beat after each, at least 1
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
  localparam int CountBits = $clog2(Pause + 1);

  logic [CountBits-1:0] left_q;
  logic                 waits_q, stall;

  assign stall = left_q != '0 || waits_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q  <= '0;
      waits_q <= 1'b0;
    end else begin
      waits_q <= out_valid_o && !out_ready_i;
      if (out_valid_o && out_ready_i) left_q <= CountBits'(Pause);
      else if (left_q != '0) left_q <= left_q - 1'b1;
    end
  end

  litho_stream_stall #(
    .Width(Width)
  ) u_stall (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .stall_i(stall),
    .in_data_i(in_data_i),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
