// Rectifier with a random slope below zero: one slope for all lanes of a beat.
//
// What it computes: out[i] = in[i] < 0 ? round(in[i] * alpha / 64) : in[i], where
//   alpha = Lower + floor(state[3:0] * (Upper - Lower) / 16).
// Reference: litho.ops.rrelu.reference.evaluate
// Latency 1, one beat a cycle. The state is a linear feedback shift register: Seed after reset,
// shifted up by each accepted beat, whatever tensor the beat belongs to.
//
//   state ---> alpha --v
//   in ------------->{ * }--> litho_round -->{ sign ? }-->[ out ]--> out
//     \---------------------------------------^
`default_nettype none
module litho_rrelu #(
  parameter int Bits       = 8,    // bits of a code, signed
  parameter int Lanes      = 1,    // codes in a beat
  parameter int Lower      = 8,    // least slope, in 64ths
  parameter int Upper      = 21,   // bound of the slope, in 64ths, at most 64
  parameter int Polynomial = 369,  // bit i is the coefficient of x^i; degree 8
  parameter int Seed       = 1,    // state after reset, not zero
  parameter int Rounding   = 1     // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
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
  localparam int AlphaBits = Upper > 0 ? $clog2(Upper + 1) : 1;
  localparam int SpreadBits = AlphaBits + 4;
  localparam int ProductBits = Bits + AlphaBits;
  localparam logic [7:0] Taps = 8'(Polynomial >> 1);

  logic [7:0]                   state_q;
  logic [SpreadBits-1:0]        spread;   // 16 times what is added to Lower
  logic [AlphaBits-1:0]         alpha;
  logic [ProductBits*Lanes-1:0] products;
  logic [Bits*Lanes-1:0]        rounded, rectified;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= 8'(Seed);
    else if (in_valid_i && in_ready_o) state_q <= {state_q[6:0], ^(state_q & Taps)};
  end

  // A sum of four constants: a multiplier would be wasted on so few bits.
  assign spread = (state_q[0] ? SpreadBits'(Upper - Lower) : '0)
      + (state_q[1] ? SpreadBits'((Upper - Lower) << 1) : '0)
      + (state_q[2] ? SpreadBits'((Upper - Lower) << 2) : '0)
      + (state_q[3] ? SpreadBits'((Upper - Lower) << 3) : '0);
  assign alpha = AlphaBits'(Lower) + AlphaBits'(spread >> 4);

  litho_product #(
    .Lanes(Lanes),
    .ABits(Bits),
    .ASigned(1),
    .BBits(AlphaBits),
    .BSigned(0)
  ) u_product (
    .a_i(in_data_i),
    .b_i({Lanes{alpha}}),
    .out_o(products)
  );

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    litho_round #(
      .InBits(ProductBits),
      .OutBits(Bits),
      .OutSigned(1),
      .Rounding(Rounding),
      .ShiftBits(3)
    ) u_round (
      .in_i(products[i*ProductBits +: ProductBits]),
      .shift_i(3'd6),
      .out_o(rounded[i*Bits +: Bits])
    );
    assign rectified[i*Bits +: Bits] =
        in_data_i[i*Bits + Bits - 1] ? rounded[i*Bits +: Bits] : in_data_i[i*Bits +: Bits];
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
