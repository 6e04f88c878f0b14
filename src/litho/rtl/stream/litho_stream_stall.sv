// Stall: stops a stream while it is told to, for benches.
//
// What it computes: nothing; out = in.
// Reference: litho.rtl.verilog.Instrumentation
// Latency 0, one beat a cycle while stall_i is low. A beat once offered stays offered: `shown_q`
// says that the sink has seen it (docs/stream.md, rule 1).
`default_nettype none
module litho_stream_stall #(
  parameter int Width = 8  // bits of a beat
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire logic             stall_i,
  input  wire logic [Width-1:0] in_data_i,
  input  wire logic             in_valid_i,
  output wire logic             in_ready_o,
  output wire logic [Width-1:0] out_data_o,
  output wire logic             out_valid_o,
  input  wire logic             out_ready_i
);
  logic shown_q, is_open;

  assign is_open = shown_q || !stall_i;
  assign out_data_o = in_data_i;
  assign out_valid_o = in_valid_i && is_open;
  assign in_ready_o = out_ready_i && is_open;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) shown_q <= 1'b0;
    else shown_q <= out_valid_o && !out_ready_i;
  end
endmodule
`default_nettype wire
