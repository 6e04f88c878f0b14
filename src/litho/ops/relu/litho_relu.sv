// Rectifier: the greater of a code and zero, on each lane.
//
// What it computes: out[i] = in[i] < 0 ? 0 : in[i], for two's complement codes.
// Reference: litho.ops.relu.reference.evaluate
// Latency 1, one beat a cycle.
`default_nettype none
module litho_relu #(
  parameter int Bits  = 8,  // bits of a code
  parameter int Lanes = 1   // codes in a beat
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  input  wire logic [Bits*Lanes-1:0] in_data_i,
  input  wire logic                  in_valid_i,
  output wire logic                  in_ready_o,
  output wire logic [Bits*Lanes-1:0] out_data_o,
  output wire logic                  out_valid_o,
  input  wire logic                  out_ready_i
);
  logic [Bits*Lanes-1:0] rectified;

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    assign rectified[i*Bits +: Bits] =
        in_data_i[i*Bits + Bits - 1] ? Bits'(0) : in_data_i[i*Bits +: Bits];
  end

  litho_stream_register #(
    .Width(Bits * Lanes)
  ) u_register (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(rectified),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
