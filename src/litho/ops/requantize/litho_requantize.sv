// Requantize: from codes of one type to codes of another, on each lane.
//
// What it computes: out[i] = saturate(round(in[i] * multiplier * 2^Left / 2^Shift)).
// Reference: litho.ops.requantize.reference.evaluate
// One beat a cycle. Latency 1 for a multiplier of 1, 3 for another, 4 for multipliers from a
// memory (scales along an axis): there word w holds those of beat w, and beats count from reset.
// Multipliers take long, of wide codes several with their sum: registers lie before and behind.
//
//   in --->[ code ]--->[ code ]---> * ---->[ product ]---> litho_round_stage ---> out
//   beat ->[ word ]--->[ word ]-----^
`default_nettype none
module litho_requantize #(
  parameter int InBits         = 16,  // bits of an input code
  parameter bit InSigned       = 1,   // whether input codes are signed
  parameter int OutBits        = 8,   // bits of an output code
  parameter bit OutSigned      = 1,   // whether output codes are signed
  parameter int Rounding       = 0,   // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
  parameter int Lanes          = 1,   // codes in a beat
  parameter int Words          = 0,   // words of multipliers; 0: Multiplier is the one
  parameter int MultiplierBits = 1,   // bits of a multiplier
  parameter int Multiplier     = 1,   // the multiplier, when there is one
  parameter int Left           = 0,   // exact shift to the left before Shift
  parameter int Shift          = 8,   // shift to the right that rounds
  parameter     MemFile        = ""   // Words words of Lanes multipliers
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
  localparam bit IsOne = Words == 0 && Multiplier == 1;
  localparam int ProductBits = IsOne ? InBits + (InSigned ? 0 : 1)
      : InBits + MultiplierBits + (InSigned ? 0 : 1);
  localparam int WideBits = ProductBits + Left;

  logic [ProductBits*Lanes-1:0] product_data;
  logic                         product_valid, product_ready;

  if (IsOne) begin : gen_one
    for (genvar i = 0; i < Lanes; i++) begin : gen_lane
      assign product_data[i*ProductBits +: ProductBits] = ProductBits'(
          {InSigned && in_data_i[i*InBits + InBits - 1], in_data_i[i*InBits +: InBits]});
    end
    assign product_valid = in_valid_i;
    assign in_ready_o = product_ready;
  end else begin : gen_product
    logic [InBits*Lanes-1:0]         code_data;
    logic [MultiplierBits*Lanes-1:0] multipliers;
    logic                            code_valid, code_ready;
    logic [ProductBits*Lanes-1:0]    products;

    if (Words == 0) begin : gen_constant
      litho_stream_register #(
        .Width(InBits * Lanes)
      ) u_operands (
        .clk_i(clk_i),
        .rst_ni(rst_ni),
        .in_data_i(in_data_i),
        .in_valid_i(in_valid_i),
        .in_ready_o(in_ready_o),
        .out_data_o(code_data),
        .out_valid_o(code_valid),
        .out_ready_i(code_ready)
      );

      assign multipliers = {Lanes{MultiplierBits'(Multiplier)}};
    end else begin : gen_memory
      localparam int WordBits = Words > 1 ? $clog2(Words) : 1;

      logic [WordBits-1:0]             word_q;
      logic [InBits*Lanes-1:0]         read_data;
      logic [MultiplierBits*Lanes-1:0] words;
      logic                            read_valid, read_ready;

      always_ff @(posedge clk_i) begin
        if (!rst_ni) word_q <= '0;
        else if (in_valid_i && in_ready_o) begin
          word_q <= word_q == WordBits'(Words - 1) ? '0 : word_q + WordBits'(1);
        end
      end

      litho_rom #(
        .Width(MultiplierBits * Lanes),
        .Depth(Words),
        .MemFile(MemFile)
      ) u_multipliers (
        .clk_i(clk_i),
        .en_i(in_valid_i && in_ready_o),
        .addr_i(word_q),
        .data_o(words)
      );
      litho_stream_register #(
        .Width(InBits * Lanes)
      ) u_codes (
        .clk_i(clk_i),
        .rst_ni(rst_ni),
        .in_data_i(in_data_i),
        .in_valid_i(in_valid_i),
        .in_ready_o(in_ready_o),
        .out_data_o(read_data),
        .out_valid_o(read_valid),
        .out_ready_i(read_ready)
      );
      litho_stream_register #(
        .Width((InBits + MultiplierBits) * Lanes)
      ) u_operands (
        .clk_i(clk_i),
        .rst_ni(rst_ni),
        .in_data_i({words, read_data}),
        .in_valid_i(read_valid),
        .in_ready_o(read_ready),
        .out_data_o({multipliers, code_data}),
        .out_valid_o(code_valid),
        .out_ready_i(code_ready)
      );
    end

    litho_product #(
      .Lanes(Lanes),
      .ABits(InBits),
      .ASigned(InSigned),
      .BBits(MultiplierBits),
      .BSigned(0)
    ) u_product (
      .a_i(code_data),
      .b_i(multipliers),
      .out_o(products)
    );
    litho_stream_register #(
      .Width(ProductBits * Lanes)
    ) u_products (
      .clk_i(clk_i),
      .rst_ni(rst_ni),
      .in_data_i(products),
      .in_valid_i(code_valid),
      .in_ready_o(code_ready),
      .out_data_o(product_data),
      .out_valid_o(product_valid),
      .out_ready_i(product_ready)
    );
  end

  logic [WideBits*Lanes-1:0] wide;

  for (genvar i = 0; i < Lanes; i++) begin : gen_wide
    if (Left == 0) begin : gen_same
      assign wide[i*WideBits +: WideBits] = product_data[i*ProductBits +: ProductBits];
    end else begin : gen_left
      assign wide[i*WideBits +: WideBits] =
          {product_data[i*ProductBits +: ProductBits], Left'(0)};
    end
  end

  litho_round_stage #(
    .InBits(WideBits),
    .OutBits(OutBits),
    .OutSigned(OutSigned),
    .Rounding(Rounding),
    .Lanes(Lanes),
    .Shift(Shift)
  ) u_round (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(wide),
    .in_valid_i(product_valid),
    .in_ready_o(product_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
