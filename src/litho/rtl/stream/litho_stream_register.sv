// One register stage of a stream.
//
// What it computes: nothing; it holds one beat.
// Reference: litho.rtl.stream.register.register
// Latency 1, one beat a cycle. `in_ready_o` depends on `out_ready_i` in the same cycle, so that a
// full chain of stages moves as one and a bubble closes up.
//
//   in_data  --->[ data_q ]---> out_data
//   in_valid --->[ valid_q]---> out_valid
//   in_ready <--- !valid_q || out_ready
`default_nettype none
module litho_stream_register #(
  parameter int Width = 8  // bits of a beat
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
  logic [Width-1:0] data_q;
  logic             valid_q;

  assign in_ready_o  = !valid_q || out_ready_i;
  assign out_data_o  = data_q;
  assign out_valid_o = valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (in_ready_o) valid_q <= in_valid_i;
  end

  // The data needs no reset: it is read only while valid_q is high.
  always_ff @(posedge clk_i) begin
    if (in_ready_o && in_valid_i) data_q <= in_data_i;
  end
endmodule
`default_nettype wire
