// Join: puts the beats of two streams side by side.
//
// What it computes: out = {b, a}.
// Reference: litho.rtl.stream.join.join
// Latency 0, one beat a cycle. The beat that comes first waits with its source.
`default_nettype none
module litho_stream_join #(
  parameter int WidthA = 8,  // bits of a beat of a
  parameter int WidthB = 8   // bits of a beat of b
) (
  input  wire logic                     clk_i,
  input  wire logic                     rst_ni,
  input  wire logic [WidthA-1:0]        a_data_i,
  input  wire logic                     a_valid_i,
  output wire logic                     a_ready_o,
  input  wire logic [WidthB-1:0]        b_data_i,
  input  wire logic                     b_valid_i,
  output wire logic                     b_ready_o,
  output wire logic [WidthA+WidthB-1:0] out_data_o,
  output wire logic                     out_valid_o,
  input  wire logic                     out_ready_i
);
  logic unused;
  assign unused = clk_i ^ rst_ni;

  assign out_data_o = {b_data_i, a_data_i};
  assign out_valid_o = a_valid_i && b_valid_i;
  assign a_ready_o = out_ready_i && b_valid_i;
  assign b_ready_o = out_ready_i && a_valid_i;
endmodule
`default_nettype wire
