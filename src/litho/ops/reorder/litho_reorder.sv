// Reorder: the same codes with two groups of axes exchanged.
//
// What it computes: nothing; [First][Second][Inner] parts of Few codes are given as
// [Second][First][Inner], tensor after tensor.
// Reference: litho.ops.reorder.reference.evaluate
// Few divides both lanes, and where the length of a row changes it is 1. All parts are stored
// before the first is given, and the next ones come in meanwhile: a double buffer that is written
// in one order and read in another. Latency and interval are those of it and of the two width
// changes; one part a cycle.
//
//   in -> InLanes to Few -> double buffer -> Few to OutLanes -> out
`default_nettype none
module litho_reorder #(
  parameter int Bits     = 8,  // bits of a code
  parameter int InLanes  = 1,  // codes in an input beat
  parameter int OutLanes = 1,  // codes in an output beat
  parameter int Few      = 1,  // codes in a part
  parameter int InRow    = 3,  // codes in an input row
  parameter int OutRow   = 2,  // codes in an output row
  parameter int First    = 2,  // indices of the group that comes first
  parameter int Second   = 3,  // indices of the group behind it
  parameter int Inner    = 1   // parts that stay together
) (
  input  wire logic                     clk_i,
  input  wire logic                     rst_ni,
  input  wire logic [Bits*InLanes-1:0]  in_data_i,
  input  wire logic                     in_valid_i,
  output wire logic                     in_ready_o,
  output wire logic [Bits*OutLanes-1:0] out_data_o,
  output wire logic                     out_valid_o,
  input  wire logic                     out_ready_i
);
  logic [Bits*Few-1:0] part_data, moved_data;
  logic                part_valid, part_ready, moved_valid, moved_ready;

  litho_stream_width #(
    .Bits(Bits),
    .InLanes(InLanes),
    .OutLanes(Few),
    .Row(InRow)
  ) u_narrower (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(in_data_i),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .out_data_o(part_data),
    .out_valid_o(part_valid),
    .out_ready_i(part_ready)
  );
  litho_double_buffer #(
    .Width(Bits * Few),
    .Rows(First * Second),
    .Beats(Inner),
    .Parts(1),
    .OuterCount(Second),
    .OuterStep(Inner),
    .MiddleCount(First),
    .MiddleStep(Second * Inner),
    .InnerCount(Inner),
    .InnerStep(1)
  ) u_buffer (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(part_data),
    .in_valid_i(part_valid),
    .in_ready_o(part_ready),
    .out_data_o(moved_data),
    .out_valid_o(moved_valid),
    .out_ready_i(moved_ready)
  );
  litho_stream_width #(
    .Bits(Bits),
    .InLanes(Few),
    .OutLanes(OutLanes),
    .Row(OutRow)
  ) u_wider (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(moved_data),
    .in_valid_i(moved_valid),
    .in_ready_o(moved_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
