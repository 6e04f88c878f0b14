// Products of two vectors, lane by lane.
//
// What it computes: out_o[i] = a_i[i] * b_i[i], exact and signed.
// Reference: NumPy's product of int64 codes
// Combinational. A product has ABits + BBits bits, one more when both operands are unsigned.
`default_nettype none
module litho_product #(
  parameter int Lanes   = 1,  // products
  parameter int ABits   = 8,  // bits of a code of a
  parameter bit ASigned = 1,  // whether the codes of a are signed
  parameter int BBits   = 8,  // bits of a code of b
  parameter bit BSigned = 1,  // whether the codes of b are signed
  localparam int OutBits = ABits + BBits + (ASigned || BSigned ? 0 : 1)
) (
  input  wire logic [ABits*Lanes-1:0]   a_i,
  input  wire logic [BBits*Lanes-1:0]   b_i,
  output wire logic [OutBits*Lanes-1:0] out_o
);
  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    // One bit more, so that unsigned codes are read as signed ones.
    logic signed [ABits:0]     a;
    logic signed [BBits:0]     b;
    logic signed [OutBits-1:0] product;

    assign a = {ASigned && a_i[i*ABits + ABits - 1], a_i[i*ABits +: ABits]};
    assign b = {BSigned && b_i[i*BBits + BBits - 1], b_i[i*BBits +: BBits]};
    assign product = OutBits'(a * b);
    assign out_o[i*OutBits +: OutBits] = product;
  end
endmodule
`default_nettype wire
