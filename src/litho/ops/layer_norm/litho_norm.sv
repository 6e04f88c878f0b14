// Normalization of each row: layer norm, and root-mean-square norm when it is not Centred.
//
// What it computes: over a row of n = Row codes, with s1 the sum of the codes (0 when not Centred)
// and s2 that of their squares,
// root = round(2^Root / sqrt((n * s2 - s1^2) * 2^Guard + Epsilon)),
// out[i] = saturate(round(((n * in[i] - s1) * root * gamma[i] + beta[i]) / 2^Shift)).
// Reference: litho.ops.layer_norm.reference.norm
//
// A row waits in a buffer for its root, and the rows behind it follow at once. One beat a cycle as
// long as the beats of a row are at least the steps of the root; otherwise one row in as many
// cycles. Latency: the beats of a row, the steps of the root, and the stages below.
//
//   in -> fork -----------------------------------------------------> pair -> ...
//           '-> [ squares ] -> sums -> [ products ] -> [ sum ] -> root -^
//   ... -> [ centred ] -> litho_norm_affine: * root, * gamma, + beta, round -> out
`default_nettype none
module litho_norm #(
  parameter int InBits      = 8,   // bits of an input code
  parameter bit InSigned    = 1,   // whether input codes are signed
  parameter int OutBits     = 8,   // bits of a result
  parameter bit OutSigned   = 1,   // whether results are signed
  parameter int Rounding    = 0,   // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
  parameter int Lanes       = 1,   // codes in a beat
  parameter int Row         = 8,   // codes in a row
  parameter bit Centred     = 1,   // whether the mean is taken away
  parameter int Guard       = 2,   // shift of the variance to the left
  parameter int EpsilonHigh = 0,   // Epsilon / 2^30
  parameter int EpsilonLow  = 1,   // Epsilon modulo 2^30
  parameter int RadicandBits = 24, // bits of what the root is of
  parameter int Least       = 4,   // binary logarithm of the least of them that matters
  parameter int Root        = 20,  // binary logarithm of what the root divides
  parameter int NormBits    = 20,  // bits of a code without its mean, times the root
  parameter int GammaBits   = 8,   // bits of a factor, signed
  parameter int BetaBits    = 0,   // bits of a summand, signed; 0: there is none
  parameter int SumBits     = 28,  // bits of a product with a factor, and the summand
  parameter int Shift       = 12,  // shift to the right that rounds
  parameter int Depth       = 32,  // beats that can wait for the root
  parameter     GammaFile   = "",  // a word of Lanes factors for each beat of a row
  parameter     BetaFile    = ""   // a word of Lanes summands for each beat of a row
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
  localparam int Beats = (Row + Lanes - 1) / Lanes;
  localparam int BeatBits = Beats > 1 ? $clog2(Beats) : 1;
  localparam int RowBits = $clog2(Row + 1);
  localparam int CodeBits = InBits + (InSigned ? 0 : 1);  // of a code as a signed number
  localparam int SquareBits = 2 * InBits + (InSigned ? 0 : 1);
  localparam int FirstBits = CodeBits + $clog2(Row);      // of the sum of the codes
  localparam int SecondBits = SquareBits + $clog2(Row);   // of the sum of their squares
  localparam int ScaledBits = SecondBits + RowBits;
  localparam int RootBits = Root - (Least + 1) / 2 + 1;
  localparam int CentredBits = CodeBits + $clog2(Row) + 1;
  localparam int FactBits = FirstBits + RootBits;

  // The codes go two ways.
  logic [InBits*Lanes-1:0] code_data, seen_data;
  logic                    code_valid, code_ready, seen_valid, seen_ready;

  litho_stream_fork #(
    .Width(InBits * Lanes)
  ) u_codes (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(in_data_i),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .a_data_o(code_data),
    .a_valid_o(code_valid),
    .a_ready_i(code_ready),
    .b_data_o(seen_data),
    .b_valid_o(seen_valid),
    .b_ready_i(seen_ready)
  );

  // Each code, 0 where the beat is padded, and its square.
  logic [BeatBits-1:0]                       beat_q;
  logic [InBits*Lanes-1:0]                   terms;
  logic [SquareBits*Lanes-1:0]               squares;
  logic [(InBits+SquareBits)*Lanes-1:0]      square_data;
  logic                                      square_valid, square_ready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) beat_q <= '0;
    else if (seen_valid && seen_ready) begin
      beat_q <= beat_q == BeatBits'(Beats - 1) ? '0 : beat_q + BeatBits'(1);
    end
  end

  for (genvar i = 0; i < Lanes; i++) begin : gen_term
    assign terms[i*InBits +: InBits] =
        32'(beat_q) * Lanes + i < Row ? seen_data[i*InBits +: InBits] : '0;
  end

  litho_product #(
    .Lanes(Lanes),
    .ABits(InBits),
    .ASigned(InSigned),
    .BBits(InBits),
    .BSigned(InSigned)
  ) u_square (
    .a_i(terms),
    .b_i(terms),
    .out_o(squares)
  );
  litho_stream_register #(
    .Width((InBits + SquareBits) * Lanes)
  ) u_squares (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({squares, terms}),
    .in_valid_i(seen_valid),
    .in_ready_o(seen_ready),
    .out_data_o(square_data),
    .out_valid_o(square_valid),
    .out_ready_i(square_ready)
  );

  // The sums of a row.
  logic [FirstBits-1:0]  first;
  logic [SecondBits-1:0] second;
  logic                  second_valid, second_ready;

  litho_row_fold #(
    .InBits(SquareBits),
    .Lanes(Lanes),
    .Beats(Beats),
    .OutBits(SecondBits)
  ) u_second (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(square_data[InBits*Lanes +: SquareBits*Lanes]),
    .in_valid_i(square_valid),
    .in_ready_o(square_ready),
    .out_data_o(second),
    .out_valid_o(second_valid),
    .out_ready_i(second_ready)
  );

  if (Centred) begin : gen_first
    logic [CodeBits*Lanes-1:0] codes;
    logic                      first_valid, first_ready;

    for (genvar i = 0; i < Lanes; i++) begin : gen_code
      assign codes[i*CodeBits +: CodeBits] = CodeBits'({
          InSigned && square_data[i*InBits + InBits - 1], square_data[i*InBits +: InBits]});
    end

    // It moves with the fold of the squares, which says when for both.
    litho_row_fold #(
      .InBits(CodeBits),
      .Lanes(Lanes),
      .Beats(Beats),
      .OutBits(FirstBits)
    ) u_first (
      .clk_i(clk_i),
      .rst_ni(rst_ni),
      .in_data_i(codes),
      .in_valid_i(square_valid),
      .in_ready_o(first_ready),
      .out_data_o(first),
      .out_valid_o(first_valid),
      .out_ready_i(second_ready)
    );

    logic unused;
    assign unused = first_valid ^ first_ready;
  end else begin : gen_no_first
    assign first = '0;

    logic unused;
    assign unused = ^square_data[InBits*Lanes-1:0];
  end

  // What the root is of.
  logic [2*FirstBits-1:0]                      first_squared;
  logic [ScaledBits-1:0]                       second_scaled;
  logic [ScaledBits+3*FirstBits-1:0]           parts_data;
  logic [RadicandBits-1:0]                     variance, radicand;
  logic [RadicandBits+FirstBits-1:0]           radicand_data;
  logic                                        parts_valid, parts_ready;
  logic                                        radicand_valid, radicand_ready;

  litho_product #(
    .ABits(FirstBits),
    .BBits(FirstBits)
  ) u_first_squared (
    .a_i(first),
    .b_i(first),
    .out_o(first_squared)
  );
  litho_product #(
    .ABits(SecondBits),
    .BBits(RowBits),
    .BSigned(0)
  ) u_second_scaled (
    .a_i(second),
    .b_i(RowBits'(Row)),
    .out_o(second_scaled)
  );
  litho_stream_register #(
    .Width(ScaledBits + 3 * FirstBits)
  ) u_parts (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({second_scaled, first_squared, first}),
    .in_valid_i(second_valid),
    .in_ready_o(second_ready),
    .out_data_o(parts_data),
    .out_valid_o(parts_valid),
    .out_ready_i(parts_ready)
  );

  // It is not negative and fits, so each term may be cut first.
  assign variance = RadicandBits'($signed(parts_data[3*FirstBits +: ScaledBits]))
      - RadicandBits'($signed(parts_data[FirstBits +: 2*FirstBits]));
  assign radicand = (variance << Guard)
      + RadicandBits'({32'(EpsilonHigh), 30'(EpsilonLow)});

  // Two lie in a buffer, so that the root and the sums do not wait for each other in one cycle.
  litho_stream_fifo #(
    .Width(RadicandBits + FirstBits),
    .Depth(2)
  ) u_radicands (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({radicand, parts_data[FirstBits-1:0]}),
    .in_valid_i(parts_valid),
    .in_ready_o(parts_ready),
    .out_data_o(radicand_data),
    .out_valid_o(radicand_valid),
    .out_ready_i(radicand_ready)
  );

  // The root, and the sum of its row, which waits for it.
  logic [RadicandBits+FirstBits-1:0] rooted_data, summed_data;
  logic [RootBits-1:0]               root_data;
  logic [FirstBits-1:0]              waiting_data;
  logic [FactBits-1:0]               fact_data;
  logic                              rooted_valid, rooted_ready, root_valid, root_ready;
  logic                              summed_valid, summed_ready, waiting_valid, waiting_ready;
  logic                              fact_valid, fact_ready;

  litho_stream_fork #(
    .Width(RadicandBits + FirstBits)
  ) u_root_fork (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(radicand_data),
    .in_valid_i(radicand_valid),
    .in_ready_o(radicand_ready),
    .a_data_o(rooted_data),
    .a_valid_o(rooted_valid),
    .a_ready_i(rooted_ready),
    .b_data_o(summed_data),
    .b_valid_o(summed_valid),
    .b_ready_i(summed_ready)
  );
  logic unused_halves;
  assign unused_halves = ^rooted_data[FirstBits-1:0] ^ ^summed_data[FirstBits +: RadicandBits];

  // A row of equal codes may have a smaller radicand: its root means nothing, and meets zeros.
  litho_rsqrt #(
    .InBits(RadicandBits),
    .Shift(Root),
    .Least(Least)
  ) u_root (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(rooted_data[FirstBits +: RadicandBits]),
    .in_valid_i(rooted_valid),
    .in_ready_o(rooted_ready),
    .out_data_o(root_data),
    .out_valid_o(root_valid),
    .out_ready_i(root_ready)
  );
  litho_stream_register #(
    .Width(FirstBits)
  ) u_waiting (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(summed_data[FirstBits-1:0]),
    .in_valid_i(summed_valid),
    .in_ready_o(summed_ready),
    .out_data_o(waiting_data),
    .out_valid_o(waiting_valid),
    .out_ready_i(waiting_ready)
  );
  litho_stream_join #(
    .WidthA(RootBits),
    .WidthB(FirstBits)
  ) u_facts (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .a_data_i(root_data),
    .a_valid_i(root_valid),
    .a_ready_o(root_ready),
    .b_data_i(waiting_data),
    .b_valid_i(waiting_valid),
    .b_ready_o(waiting_ready),
    .out_data_o(fact_data),
    .out_valid_o(fact_valid),
    .out_ready_i(fact_ready)
  );

  // Both beside each beat of the row.
  logic [FactBits+InBits*Lanes-1:0]      pair_data;
  logic [CentredBits*Lanes-1:0]          centred;
  logic [RootBits+CentredBits*Lanes-1:0] centred_data;
  logic                                  pair_valid, pair_ready, centred_valid, centred_ready;

  litho_row_pair #(
    .Width(InBits * Lanes),
    .FactWidth(FactBits),
    .Beats(Beats),
    .Depth(Depth)
  ) u_pair (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(code_data),
    .in_valid_i(code_valid),
    .in_ready_o(code_ready),
    .fact_data_i(fact_data),
    .fact_valid_i(fact_valid),
    .fact_ready_o(fact_ready),
    .out_data_o(pair_data),
    .out_valid_o(pair_valid),
    .out_ready_i(pair_ready)
  );

  for (genvar i = 0; i < Lanes; i++) begin : gen_centred
    localparam int TimesBits = InBits + RowBits + (InSigned ? 0 : 1);

    logic [TimesBits-1:0] times;

    litho_product #(
      .ABits(InBits),
      .ASigned(InSigned),
      .BBits(RowBits),
      .BSigned(0)
    ) u_times (
      .a_i(pair_data[i*InBits +: InBits]),
      .b_i(RowBits'(Row)),
      .out_o(times)
    );

    assign centred[i*CentredBits +: CentredBits] = CentredBits'($signed(times))
        - CentredBits'($signed(pair_data[InBits*Lanes + RootBits +: FirstBits]));
  end

  litho_stream_register #(
    .Width(RootBits + CentredBits * Lanes)
  ) u_centred (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({pair_data[InBits*Lanes +: RootBits], centred}),
    .in_valid_i(pair_valid),
    .in_ready_o(pair_ready),
    .out_data_o(centred_data),
    .out_valid_o(centred_valid),
    .out_ready_i(centred_ready)
  );
  litho_norm_affine #(
    .CentredBits(CentredBits),
    .RootBits(RootBits),
    .NormBits(NormBits),
    .GammaBits(GammaBits),
    .BetaBits(BetaBits),
    .SumBits(SumBits),
    .OutBits(OutBits),
    .OutSigned(OutSigned),
    .Rounding(Rounding),
    .Lanes(Lanes),
    .Beats(Beats),
    .Shift(Shift),
    .GammaFile(GammaFile),
    .BetaFile(BetaFile)
  ) u_affine (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(centred_data),
    .in_valid_i(centred_valid),
    .in_ready_o(centred_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
