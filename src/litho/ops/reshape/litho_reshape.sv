// Reshape: the same codes in rows of another length.
//
// What it computes: nothing; rows of InRow codes become rows of OutRow codes, in order.
// Reference: litho.ops.reshape.reference.evaluate
// Parts of Few codes go from beat to beat; Few divides InRow and OutRow unless they are equal, and
// InLanes and OutLanes always, so that no part has padding within a row. Latency and interval are
// those of the two width changes, with a register between them when there are two; with InLanes,
// OutLanes and Few equal there are only wires.
//
//   in -> InLanes to Few ->[ part ]-> Few to OutLanes -> out
`default_nettype none
module litho_reshape #(
  parameter int Bits     = 8,  // bits of a code
  parameter int InLanes  = 2,  // codes in an input beat
  parameter int OutLanes = 2,  // codes in an output beat
  parameter int Few      = 1,  // codes in a part
  parameter int InRow    = 3,  // codes in an input row
  parameter int OutRow   = 6   // codes in an output row
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
  logic [Bits*Few-1:0] narrow_data, part_data;
  logic                narrow_valid, narrow_ready, part_valid, part_ready;

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
    .out_data_o(narrow_data),
    .out_valid_o(narrow_valid),
    .out_ready_i(narrow_ready)
  );

  if (InLanes > Few && OutLanes > Few) begin : gen_register
    litho_stream_register #(
      .Width(Bits * Few)
    ) u_register (
      .clk_i(clk_i),
      .rst_ni(rst_ni),
      .in_data_i(narrow_data),
      .in_valid_i(narrow_valid),
      .in_ready_o(narrow_ready),
      .out_data_o(part_data),
      .out_valid_o(part_valid),
      .out_ready_i(part_ready)
    );
  end else begin : gen_wires
    assign part_data = narrow_data;
    assign part_valid = narrow_valid;
    assign narrow_ready = part_ready;
  end

  litho_stream_width #(
    .Bits(Bits),
    .InLanes(Few),
    .OutLanes(OutLanes),
    .Row(OutRow)
  ) u_wider (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(part_data),
    .in_valid_i(part_valid),
    .in_ready_o(part_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
