// The affine end of a norm: each centred code times the root of its row, times its factor, and its
// summand; rounded.
//
// What it computes: out[i] = saturate(round((centred[i] * root * gamma[i] + beta[i]) / 2^Shift)).
// Reference: litho.ops.layer_norm.reference.norm
// A beat is {root, centred codes}; beats count from reset, so that each row gets the same words.
// Latency 4, one beat a cycle.
//
//   in -> * root -->[ norm  ]-->[ norm  ]--> * -->[ product ]--> + --> litho_round_stage --> out
//   beat ---------->[ gamma ]-->[ gamma ]----^                   |
//                   [ beta  ]-->[ beta  ]-------->[  beta   ]----'
`default_nettype none
module litho_norm_affine #(
  parameter int CentredBits = 12,  // bits of a centred code, signed
  parameter int RootBits    = 19,  // bits of a root, unsigned
  parameter int NormBits    = 20,  // bits of their product, those above are copies of its sign
  parameter int GammaBits   = 8,   // bits of a factor, signed
  parameter int BetaBits    = 0,   // bits of a summand, signed; 0: there is none
  parameter int SumBits     = 28,  // bits of a product with a factor, and the summand
  parameter int OutBits     = 8,   // bits of a result
  parameter bit OutSigned   = 1,   // whether results are signed
  parameter int Rounding    = 0,   // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
  parameter int Lanes       = 1,   // codes in a beat
  parameter int Beats       = 8,   // beats in a row
  parameter int Shift       = 12,  // shift to the right that rounds
  parameter     GammaFile   = "",  // a word of Lanes factors for each beat of a row
  parameter     BetaFile    = ""   // a word of Lanes summands for each beat of a row
) (
  input  wire logic                                  clk_i,
  input  wire logic                                  rst_ni,
  input  wire logic [RootBits+CentredBits*Lanes-1:0] in_data_i,
  input  wire logic                                  in_valid_i,
  output wire logic                                  in_ready_o,
  output wire logic [OutBits*Lanes-1:0]              out_data_o,
  output wire logic                                  out_valid_o,
  input  wire logic                                  out_ready_i
);
  localparam int BeatBits = Beats > 1 ? $clog2(Beats) : 1;

  // The products with the root, and beside them the words of the beat: the registers of these are
  // the memories' own. The highest bits of a product are copies of its sign.
  logic [BeatBits-1:0]                     word_q;
  logic [(CentredBits+RootBits)*Lanes-1:0] rooted;
  logic [NormBits*Lanes-1:0]               norms, norm_data;
  logic [GammaBits*Lanes-1:0]              gammas;
  logic                                    norm_valid, norm_ready;

  litho_product #(
    .Lanes(Lanes),
    .ABits(CentredBits),
    .BBits(RootBits),
    .BSigned(0)
  ) u_rooted (
    .a_i(in_data_i[CentredBits*Lanes-1:0]),
    .b_i({Lanes{in_data_i[CentredBits*Lanes +: RootBits]}}),
    .out_o(rooted)
  );

  for (genvar i = 0; i < Lanes; i++) begin : gen_norm
    assign norms[i*NormBits +: NormBits] = rooted[i*(CentredBits+RootBits) +: NormBits];

    if (NormBits < CentredBits + RootBits) begin : gen_unused
      logic unused;
      assign unused = ^rooted[i*(CentredBits+RootBits) + NormBits +: CentredBits+RootBits-NormBits];
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) word_q <= '0;
    else if (in_valid_i && in_ready_o) begin
      word_q <= word_q == BeatBits'(Beats - 1) ? '0 : word_q + BeatBits'(1);
    end
  end

  litho_stream_register #(
    .Width(NormBits * Lanes)
  ) u_norms (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(norms),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .out_data_o(norm_data),
    .out_valid_o(norm_valid),
    .out_ready_i(norm_ready)
  );
  litho_rom #(
    .Width(GammaBits * Lanes),
    .Depth(Beats),
    .MemFile(GammaFile)
  ) u_gammas (
    .clk_i(clk_i),
    .en_i(in_valid_i && in_ready_o),
    .addr_i(word_q),
    .data_o(gammas)
  );

  // Codes and words have a register between the memories and the multipliers, which both take long.
  localparam int BetaWidth = BetaBits > 0 ? BetaBits * Lanes : 1;

  logic [BetaWidth-1:0]       betas, operand_betas;
  logic [NormBits*Lanes-1:0]  operand_norms;
  logic [GammaBits*Lanes-1:0] operand_gammas;
  logic                       operand_valid, operand_ready;

  if (BetaBits == 0) begin : gen_no_betas
    assign betas = '0;
  end else begin : gen_betas
    litho_rom #(
      .Width(BetaBits * Lanes),
      .Depth(Beats),
      .MemFile(BetaFile)
    ) u_betas (
      .clk_i(clk_i),
      .en_i(in_valid_i && in_ready_o),
      .addr_i(word_q),
      .data_o(betas)
    );
  end

  litho_stream_register #(
    .Width((NormBits + GammaBits) * Lanes + BetaWidth)
  ) u_operands (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({betas, gammas, norm_data}),
    .in_valid_i(norm_valid),
    .in_ready_o(norm_ready),
    .out_data_o({operand_betas, operand_gammas, operand_norms}),
    .out_valid_o(operand_valid),
    .out_ready_i(operand_ready)
  );

  // The products with the factors, and the sums with what is added, rounded.
  logic [(NormBits+GammaBits)*Lanes-1:0] products, product_data;
  logic [SumBits*Lanes-1:0]              sums;
  logic [BetaWidth-1:0]                  product_betas;
  logic                                  product_valid, product_ready;

  litho_product #(
    .Lanes(Lanes),
    .ABits(NormBits),
    .BBits(GammaBits)
  ) u_product (
    .a_i(operand_norms),
    .b_i(operand_gammas),
    .out_o(products)
  );
  litho_stream_register #(
    .Width((NormBits + GammaBits) * Lanes + BetaWidth)
  ) u_products (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({operand_betas, products}),
    .in_valid_i(operand_valid),
    .in_ready_o(operand_ready),
    .out_data_o({product_betas, product_data}),
    .out_valid_o(product_valid),
    .out_ready_i(product_ready)
  );

  for (genvar i = 0; i < Lanes; i++) begin : gen_sum
    logic [SumBits-1:0] product;

    assign product = SumBits'(
        $signed(product_data[i*(NormBits+GammaBits) +: NormBits+GammaBits]));
    if (BetaBits == 0) begin : gen_no_beta
      assign sums[i*SumBits +: SumBits] = product;
    end else begin : gen_beta
      assign sums[i*SumBits +: SumBits] =
          product + SumBits'($signed(product_betas[i*BetaBits +: BetaBits]));
    end
  end
  if (BetaBits == 0) begin : gen_unused_betas
    logic unused;
    assign unused = product_betas;
  end

  litho_round_stage #(
    .InBits(SumBits),
    .OutBits(OutBits),
    .OutSigned(OutSigned),
    .Rounding(Rounding),
    .Lanes(Lanes),
    .Shift(Shift)
  ) u_round (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(sums),
    .in_valid_i(product_valid),
    .in_ready_o(product_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
