// The reciprocal primitive: one division of a power of two, a bit a cycle.
//
// What it computes: out = round(2^Shift / in), for in of at least 2^Least.
// Reference: litho.formats.arith.reciprocal (docs/numerics.md, section 3.4)
// Latency Shift - Least + 3, and as many cycles from a beat taken to the next. For an input below
// 2^Least the result means nothing.
//
// The quotient has one bit below the point; below that the rest says whether there is more, which
// is all that a rounding asks.
//
//   in --->[ divisor ]---> - ---->[ rest ]-------> != 0 ---.
//                          ^ 2 * rest |                    v
//                          '----------+--->[ quotient ]--> litho_round ---> out
`default_nettype none
module litho_reciprocal #(
  parameter int InBits   = 8,  // bits of the unsigned input
  parameter int Shift    = 8,  // binary logarithm of what is divided
  parameter int Least    = 1,  // binary logarithm of the least input, at least 1
  parameter int Rounding = 0,  // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
  localparam int OutBits = Shift - Least + 1
) (
  input  wire logic               clk_i,
  input  wire logic               rst_ni,
  input  wire logic [InBits-1:0]  in_data_i,
  input  wire logic               in_valid_i,
  output wire logic               in_ready_o,
  output wire logic [OutBits-1:0] out_data_o,
  output wire logic               out_valid_o,
  input  wire logic               out_ready_i
);
  localparam int Steps = OutBits + 1;  // bits of the quotient
  localparam int StepBits = $clog2(Steps + 1);

  if (Least < 1 || Least >= InBits || Shift < Least) begin : gen_check
    initial $fatal(1, "litho_reciprocal: Least must be 1 to InBits - 1 and to Shift, not %0d",
                   Least);
  end

  logic [InBits-1:0]   divisor_q, rest_q;
  logic [Steps-1:0]    quotient_q;
  logic [StepBits-1:0] left_q;  // steps to go
  logic                busy_q;  // there is a divisor
  logic [InBits:0]     doubled, difference;
  logic                is_done, fits;

  assign is_done = left_q == '0;
  assign in_ready_o = !busy_q || (is_done && out_ready_i);
  assign out_valid_o = busy_q && is_done;
  assign doubled = {rest_q, 1'b0};
  assign difference = doubled - (InBits+1)'(divisor_q);
  assign fits = !difference[InBits];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) busy_q <= 1'b0;
    else if (in_ready_o) busy_q <= in_valid_i;
  end

  // The rest stays below the divisor, so that its double less the divisor is negative just when
  // the divisor does not go into it.
  always_ff @(posedge clk_i) begin
    if (in_ready_o && in_valid_i) begin
      divisor_q <= in_data_i;
      rest_q <= InBits'(1) << (Least - 1);
      left_q <= StepBits'(Steps);
    end else if (!is_done) begin
      rest_q <= fits ? difference[InBits-1:0] : doubled[InBits-1:0];
      quotient_q <= {quotient_q[Steps-2:0], fits};
      left_q <= left_q - StepBits'(1);
    end
  end

  litho_round #(
    .InBits(Steps + 2),
    .OutBits(OutBits),
    .OutSigned(0),
    .Rounding(Rounding),
    .ShiftBits(2)
  ) u_round (
    .in_i({1'b0, quotient_q, rest_q != '0}),
    .shift_i(2'd2),
    .out_o(out_data_o)
  );
endmodule
`default_nettype wire
