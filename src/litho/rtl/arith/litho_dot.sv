// Scalar product of two vectors.
//
// What it computes: out_o = sum over i of a_i[i] * b_i[i], modulo 2^OutBits.
// Reference: litho.formats.arith.matmul
// Combinational: litho_product, then litho_sum. A pipeline instantiates those two with a
// litho_stream_register between them.
`default_nettype none
module litho_dot #(
  parameter int Lanes   = 1,  // products
  parameter int ABits   = 8,  // bits of a code of a
  parameter bit ASigned = 1,  // whether the codes of a are signed
  parameter int BBits   = 8,  // bits of a code of b
  parameter bit BSigned = 1,  // whether the codes of b are signed
  parameter int OutBits = 16  // bits of the sum
) (
  input  wire logic [ABits*Lanes-1:0] a_i,
  input  wire logic [BBits*Lanes-1:0] b_i,
  output wire logic [OutBits-1:0]     out_o
);
  localparam int ProductBits = ABits + BBits + (ASigned || BSigned ? 0 : 1);

  logic [ProductBits*Lanes-1:0] products;

  litho_product #(
    .Lanes(Lanes),
    .ABits(ABits),
    .ASigned(ASigned),
    .BBits(BBits),
    .BSigned(BSigned)
  ) u_product (
    .a_i(a_i),
    .b_i(b_i),
    .out_o(products)
  );
  litho_sum #(
    .Terms(Lanes),
    .InBits(ProductBits),
    .OutBits(OutBits)
  ) u_sum (
    .in_i(products),
    .out_o(out_o)
  );
endmodule
`default_nettype wire
