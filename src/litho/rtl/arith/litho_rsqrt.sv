// The reciprocal root primitive: one power of two over a square root, a bit a cycle.
//
// What it computes: out = round(2^Shift / sqrt(in)), for in of at least 2^Least.
// Reference: litho.formats.arith.rsqrt (docs/numerics.md, section 3.5)
// Latency Shift - ceil(Least / 2) + 3, and as many cycles from a beat taken to the next. For an
// input below 2^Least the result means nothing.
//
// With N a power of four, the root q found so far keeps the rest N - q^2 * in and the product
// q * in. The next bit makes N four times itself and q twice itself or one more:
// N - (2 q + 1)^2 * in = 4 * (rest) - (4 * (product) + in), and the bit is 1 when that is not
// negative. The root has one bit below the point; below that the rest says whether there is more,
// which is all that a rounding asks.
//
//   in --->[ radicand ]-----+---> + <--- 4 * [ product ] <--- 2 * product (+ in)
//                                 v
//          4 * [ rest ] --------> - ---> bit --->[ root ]---> litho_round ---> out
`default_nettype none
module litho_rsqrt #(
  parameter int InBits   = 8,  // bits of the unsigned input
  parameter int Shift    = 8,  // binary logarithm of what is divided
  parameter int Least    = 2,  // binary logarithm of the least input, at least 1
  parameter int Rounding = 0,  // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
  localparam int HalfLeast = (Least + 1) / 2,
  localparam int OutBits = Shift - HalfLeast + 1
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
  localparam int Steps = OutBits + 1;  // bits of the root
  localparam int StepBits = $clog2(Steps + 1);
  // The product of the root and the input is at most 2^(Shift + 1) times the input's root, and the
  // rest is at most twice the product and the input.
  localparam int RootBits = (InBits + 1) / 2;
  localparam int ProductBits = Shift + 1 + RootBits > InBits ? Shift + 1 + RootBits : InBits;
  localparam int RestBits = ProductBits + 2;

  if (Least < 1 || Least >= InBits || Shift < HalfLeast) begin : gen_check
    initial $fatal(1, "litho_rsqrt: Least must be 1 to InBits - 1 and to twice Shift, not %0d",
                   Least);
  end

  logic [InBits-1:0]      radicand_q;
  logic [ProductBits-1:0] product_q;
  logic [RestBits-1:0]    rest_q;
  logic [Steps-1:0]       root_q;
  logic [StepBits-1:0]    left_q;  // steps to go
  logic                   busy_q;  // there is a radicand
  logic [RestBits+1:0]    fourfold, step;
  logic [RestBits+2:0]    difference;
  logic                   is_done, fits;

  assign is_done = left_q == '0;
  assign in_ready_o = !busy_q || (is_done && out_ready_i);
  assign out_valid_o = busy_q && is_done;
  assign fourfold = {rest_q, 2'b00};
  assign step = (RestBits+2)'({product_q, 2'b00}) + (RestBits+2)'(radicand_q);
  assign difference = {1'b0, fourfold} - {1'b0, step};
  assign fits = !difference[RestBits+2];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) busy_q <= 1'b0;
    else if (in_ready_o) busy_q <= in_valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (in_ready_o && in_valid_i) begin
      radicand_q <= in_data_i;
      product_q <= '0;
      rest_q <= RestBits'(1) << (2 * HalfLeast - 2);
      left_q <= StepBits'(Steps);
    end else if (!is_done) begin
      product_q <= {product_q[ProductBits-2:0], 1'b0} + (fits ? ProductBits'(radicand_q) : '0);
      rest_q <= fits ? difference[RestBits-1:0] : fourfold[RestBits-1:0];
      root_q <= {root_q[Steps-2:0], fits};
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
    .in_i({1'b0, root_q, rest_q != '0}),
    .shift_i(2'd2),
    .out_o(out_data_o)
  );

  logic unused;
  assign unused = ^difference[RestBits+1:RestBits] ^ ^fourfold[RestBits+1:RestBits];
endmodule
`default_nettype wire
