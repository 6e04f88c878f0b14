// Leaky rectifier: a code from zero on, a product below, on each lane; no bit is lost.
//
// What it computes: out[i] = in[i] < 0 ? in[i] * Multiplier : in[i] * 2^Shift.
// Reference: litho.ops.leaky_relu.reference.evaluate
// Latency 1, one beat a cycle. A rounding stands behind it: litho_requantize.
//
//   in -->{ * Multiplier }-->{ sign ? }-->[ out ]--> out
//      \-->{ << Shift }------^
`default_nettype none
module litho_leaky_relu #(
  parameter int InBits         = 8,   // bits of an input code, signed
  parameter int OutBits        = 11,  // bits of an output code, signed; wide enough for all
  parameter int Lanes          = 1,   // codes in a beat
  parameter int MultiplierBits = 1,   // bits of the multiplier
  parameter int Multiplier     = 1,   // slope below zero, times 2^Shift
  parameter int Shift          = 3    // exact shift to the left from zero on
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
  localparam int ProductBits = InBits + MultiplierBits;

  logic [ProductBits*Lanes-1:0] products;
  logic [OutBits*Lanes-1:0]     rectified;

  litho_product #(
    .Lanes(Lanes),
    .ABits(InBits),
    .ASigned(1),
    .BBits(MultiplierBits),
    .BSigned(0)
  ) u_product (
    .a_i(in_data_i),
    .b_i({Lanes{MultiplierBits'(Multiplier)}}),
    .out_o(products)
  );

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    logic signed [InBits-1:0] code;

    assign code = in_data_i[i*InBits +: InBits];
    assign rectified[i*OutBits +: OutBits] =
        code[InBits-1] ? OutBits'($signed(products[i*ProductBits +: ProductBits]))
        : OutBits'(code) << Shift;
  end

  // A product may have a bit more than the narrowest output.
  logic unused;
  assign unused = ^products;

  litho_stream_register #(
    .Width(OutBits * Lanes)
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
