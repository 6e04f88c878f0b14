// The rounding primitive: a shift to the right that rounds and saturates.
//
// What it computes: out_o = saturate(round(in_i / 2^shift_i)), in_i signed.
// Reference: litho.formats.arith.requantize with multiplier 1 (docs/numerics.md, section 3)
// Combinational. A constant shift_i costs no shifter.
//
//   in_i -->{ >> shift_i }--> whole, fraction -->{ + up }-->{ limit }--> out_o
`default_nettype none
module litho_round #(
  parameter int InBits    = 16,  // bits of the signed input
  parameter int OutBits   = 8,   // bits of the output
  parameter bit OutSigned = 1,   // whether the output is signed
  parameter int Rounding  = 0,   // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
  parameter int ShiftBits = 4    // bits of the shift
) (
  input  wire logic [InBits-1:0]    in_i,
  input  wire logic [ShiftBits-1:0] shift_i,
  output wire logic [OutBits-1:0]   out_o
);
  localparam int FractionBits = 1 << ShiftBits;  // one more than the greatest shift
  localparam int ShiftedBits = InBits + FractionBits;
  localparam int SumBits = InBits + 1;
  // Wide enough for the sum and, signed, for both limits.
  localparam int LimitBits = (SumBits > OutBits ? SumBits : OutBits) + 1;
  localparam logic signed [LimitBits-1:0] One = 1;
  localparam logic signed [LimitBits-1:0] High =
      (One <<< (OutSigned ? OutBits - 1 : OutBits)) - One;
  localparam logic signed [LimitBits-1:0] Low = OutSigned ? -High - One : '0;

  logic signed [ShiftedBits-1:0]  shifted;
  logic        [InBits-1:0]       whole;
  logic        [FractionBits-1:0] fraction;
  logic                           is_half_or_more, is_tie, is_exact, up;
  logic signed [LimitBits-1:0]    sum;

  assign shifted = $signed({in_i, FractionBits'(0)}) >>> shift_i;
  assign {whole, fraction} = shifted;
  assign is_exact = fraction == '0;
  assign is_half_or_more = fraction[FractionBits-1];
  assign is_tie = is_half_or_more && fraction[FractionBits-2:0] == '0;

  if (Rounding == 0) begin : gen_half_even
    assign up = is_half_or_more && (!is_tie || whole[0]);
  end else if (Rounding == 1) begin : gen_floor
    assign up = 1'b0;
  end else if (Rounding == 2) begin : gen_toward_zero
    assign up = whole[InBits-1] && !is_exact;
  end else begin : gen_half_up
    assign up = is_half_or_more;
  end

  assign sum = LimitBits'($signed(whole)) + LimitBits'(up);
  assign out_o = sum > High ? OutBits'(High) : sum < Low ? OutBits'(Low) : OutBits'(sum);

  logic unused;
  assign unused = is_exact ^ is_tie;
endmodule
`default_nettype wire
