// Bench of litho_dot: a scalar product between streams.
//
// What it computes: out = litho_dot(a, b).
// Reference: litho.rtl.bench.dot_block
// Latency 1, one beat a cycle.
`default_nettype none
module bench_dot #(
  parameter int Lanes   = 1,
  parameter int ABits   = 8,
  parameter bit ASigned = 1,
  parameter int BBits   = 8,
  parameter bit BSigned = 1,
  parameter int OutBits = 16
) (
  input  wire logic                   clk_i,
  input  wire logic                   rst_ni,
  input  wire logic [ABits*Lanes-1:0] a_data_i,
  input  wire logic                   a_valid_i,
  output wire logic                   a_ready_o,
  input  wire logic [BBits*Lanes-1:0] b_data_i,
  input  wire logic                   b_valid_i,
  output wire logic                   b_ready_o,
  output wire logic [OutBits-1:0]     out_data_o,
  output wire logic                   out_valid_o,
  input  wire logic                   out_ready_i
);
  logic [ABits*Lanes-1:0] a;
  logic [BBits*Lanes-1:0] b;
  logic [OutBits-1:0]     sum;
  logic                   both_valid, both_ready;

  litho_stream_join #(
    .WidthA(ABits * Lanes),
    .WidthB(BBits * Lanes)
  ) u_join (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .a_data_i(a_data_i),
    .a_valid_i(a_valid_i),
    .a_ready_o(a_ready_o),
    .b_data_i(b_data_i),
    .b_valid_i(b_valid_i),
    .b_ready_o(b_ready_o),
    .out_data_o({b, a}),
    .out_valid_o(both_valid),
    .out_ready_i(both_ready)
  );
  litho_dot #(
    .Lanes(Lanes),
    .ABits(ABits),
    .ASigned(ASigned),
    .BBits(BBits),
    .BSigned(BSigned),
    .OutBits(OutBits)
  ) u_dot (
    .a_i(a),
    .b_i(b),
    .out_o(sum)
  );
  litho_stream_register #(
    .Width(OutBits)
  ) u_register (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(sum),
    .in_valid_i(both_valid),
    .in_ready_o(both_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
