// Round stage: rounds and saturates each lane of a stream, and holds the result.
//
// What it computes: out[i] = saturate(round(in[i] / 2^Shift)), in[i] signed.
// Reference: litho.rtl.arith.round_stage.round_stage
// Latency 1, one beat a cycle.
//
//   in --->{ litho_round on each lane }--->[ register ]---> out
`default_nettype none
module litho_round_stage #(
  parameter int InBits    = 16,  // bits of an input code, signed
  parameter int OutBits   = 8,   // bits of an output code
  parameter bit OutSigned = 1,   // whether output codes are signed
  parameter int Rounding  = 0,   // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
  parameter int Lanes     = 1,   // codes in a beat
  parameter int Shift     = 8    // shift to the right
) (
  input  wire logic                     clk_i,
  input  wire logic                     rst_ni,
  input  wire logic [InBits*Lanes-1:0]  in_data_i,
  input  wire logic                     in_valid_i,
  output wire logic                     in_ready_o,
  output wire logic [OutBits*Lanes-1:0] out_data_o,
  output wire logic                     out_valid_o,
  input  wire logic                     out_ready_i
);
  localparam int ShiftBits = Shift > 0 ? $clog2(Shift + 1) : 1;

  logic [OutBits*Lanes-1:0] rounded;

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    litho_round #(
      .InBits(InBits),
      .OutBits(OutBits),
      .OutSigned(OutSigned),
      .Rounding(Rounding),
      .ShiftBits(ShiftBits)
    ) u_round (
      .in_i(in_data_i[i*InBits +: InBits]),
      .shift_i(ShiftBits'(Shift)),
      .out_o(rounded[i*OutBits +: OutBits])
    );
  end

  litho_stream_register #(
    .Width(OutBits * Lanes)
  ) u_register (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(rounded),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
