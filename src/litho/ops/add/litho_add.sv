// Exact sum of two tensors, each first put on the common grid.
//
// What it computes: out[i] = a[i] * factor_a + b[i] * factor_b.
// Reference: litho.ops.add.reference.evaluate
// A factor is a multiplier times 2^Left. One beat a cycle. Latency 1 when both multipliers are 1,
// 3 otherwise, 4 for factors from a memory (scales along an axis): there word w holds those of
// beat w, {b, a} on each lane, and beats count from reset. Multipliers take long: registers lie
// before and behind them.
//
//   a, b -> join --->[ codes ]--->[ codes ]---> * ---->[ terms ]---> + ---->[ out ]---> out
//           beat --->[ word  ]--->[ word  ]-----^
`default_nettype none
module litho_add #(
  parameter int ABits           = 8,  // bits of a code of a
  parameter bit ASigned         = 1,  // whether the codes of a are signed
  parameter int BBits           = 8,  // bits of a code of b
  parameter bit BSigned         = 1,  // whether the codes of b are signed
  parameter int OutBits         = 9,  // bits of a sum
  parameter int Lanes           = 1,  // codes in a beat
  parameter int Words           = 0,  // words of multipliers; 0: there is one for each input
  parameter int MultiplierABits = 1,  // bits of a multiplier of a
  parameter int MultiplierBBits = 1,  // bits of a multiplier of b
  parameter int MultiplierA     = 1,  // the multiplier of a, when there is one
  parameter int MultiplierB     = 1,  // the multiplier of b, when there is one
  parameter int LeftA           = 0,  // shift of a to the left
  parameter int LeftB           = 0,  // shift of b to the left
  parameter     MemFile         = ""  // Words words of Lanes pairs of multipliers
) (
  input  wire logic                     clk_i,
  input  wire logic                     rst_ni,
  input  wire logic [ABits*Lanes-1:0]   a_data_i,
  input  wire logic                     a_valid_i,
  output wire logic                     a_ready_o,
  input  wire logic [BBits*Lanes-1:0]   b_data_i,
  input  wire logic                     b_valid_i,
  output wire logic                     b_ready_o,
  output wire logic [OutBits*Lanes-1:0] out_data_o,
  output wire logic                     out_valid_o,
  input  wire logic                     out_ready_i
);
  localparam bit IsOne = Words == 0 && MultiplierA == 1 && MultiplierB == 1;
  localparam int TermABits = ABits + (IsOne ? 0 : MultiplierABits) + (ASigned ? 0 : 1);
  localparam int TermBBits = BBits + (IsOne ? 0 : MultiplierBBits) + (BSigned ? 0 : 1);
  localparam int PairBits = MultiplierABits + MultiplierBBits;
  localparam int CodesBits = (ABits + BBits) * Lanes;
  localparam int TermsBits = (TermABits + TermBBits) * Lanes;

  logic [CodesBits-1:0] joined_data;
  logic                 joined_valid, joined_ready;

  litho_stream_join #(
    .WidthA(ABits * Lanes),
    .WidthB(BBits * Lanes)
  ) u_join (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .a_data_i(a_data_i),
    .a_valid_i(a_valid_i),
    .a_ready_o(a_ready_o),
    .b_data_i(b_data_i),
    .b_valid_i(b_valid_i),
    .b_ready_o(b_ready_o),
    .out_data_o(joined_data),
    .out_valid_o(joined_valid),
    .out_ready_i(joined_ready)
  );

  logic [TermsBits-1:0] term_data;
  logic                 term_valid, term_ready;

  if (IsOne) begin : gen_one
    for (genvar i = 0; i < Lanes; i++) begin : gen_lane
      logic [ABits-1:0] a;
      logic [BBits-1:0] b;

      assign a = joined_data[i*ABits +: ABits];
      assign b = joined_data[ABits*Lanes + i*BBits +: BBits];
      assign term_data[i*TermABits +: TermABits] = TermABits'({ASigned && a[ABits-1], a});
      assign term_data[TermABits*Lanes + i*TermBBits +: TermBBits] =
          TermBBits'({BSigned && b[BBits-1], b});
    end
    assign term_valid = joined_valid;
    assign joined_ready = term_ready;
  end else begin : gen_product
    logic [CodesBits-1:0]             code_data;
    logic [MultiplierABits*Lanes-1:0] multipliers_a;
    logic [MultiplierBBits*Lanes-1:0] multipliers_b;
    logic                             code_valid, code_ready;
    logic [TermsBits-1:0]             terms;

    if (Words == 0) begin : gen_constant
      litho_stream_register #(
        .Width(CodesBits)
      ) u_operands (
        .clk_i(clk_i),
        .rst_ni(rst_ni),
        .in_data_i(joined_data),
        .in_valid_i(joined_valid),
        .in_ready_o(joined_ready),
        .out_data_o(code_data),
        .out_valid_o(code_valid),
        .out_ready_i(code_ready)
      );

      assign multipliers_a = {Lanes{MultiplierABits'(MultiplierA)}};
      assign multipliers_b = {Lanes{MultiplierBBits'(MultiplierB)}};
    end else begin : gen_memory
      localparam int WordBits = Words > 1 ? $clog2(Words) : 1;

      logic [WordBits-1:0]       word_q;
      logic [PairBits*Lanes-1:0] words, pairs;
      logic [CodesBits-1:0]      read_data;
      logic                      read_valid, read_ready;

      always_ff @(posedge clk_i) begin
        if (!rst_ni) word_q <= '0;
        else if (joined_valid && joined_ready) begin
          word_q <= word_q == WordBits'(Words - 1) ? '0 : word_q + WordBits'(1);
        end
      end

      litho_rom #(
        .Width(PairBits * Lanes),
        .Depth(Words),
        .MemFile(MemFile)
      ) u_multipliers (
        .clk_i(clk_i),
        .en_i(joined_valid && joined_ready),
        .addr_i(word_q),
        .data_o(words)
      );
      litho_stream_register #(
        .Width(CodesBits)
      ) u_codes (
        .clk_i(clk_i),
        .rst_ni(rst_ni),
        .in_data_i(joined_data),
        .in_valid_i(joined_valid),
        .in_ready_o(joined_ready),
        .out_data_o(read_data),
        .out_valid_o(read_valid),
        .out_ready_i(read_ready)
      );
      litho_stream_register #(
        .Width(CodesBits + PairBits * Lanes)
      ) u_operands (
        .clk_i(clk_i),
        .rst_ni(rst_ni),
        .in_data_i({words, read_data}),
        .in_valid_i(read_valid),
        .in_ready_o(read_ready),
        .out_data_o({pairs, code_data}),
        .out_valid_o(code_valid),
        .out_ready_i(code_ready)
      );

      for (genvar i = 0; i < Lanes; i++) begin : gen_pair
        assign multipliers_a[i*MultiplierABits +: MultiplierABits] =
            pairs[i*PairBits +: MultiplierABits];
        assign multipliers_b[i*MultiplierBBits +: MultiplierBBits] =
            pairs[i*PairBits + MultiplierABits +: MultiplierBBits];
      end
    end

    litho_product #(
      .Lanes(Lanes),
      .ABits(ABits),
      .ASigned(ASigned),
      .BBits(MultiplierABits),
      .BSigned(0)
    ) u_product_a (
      .a_i(code_data[ABits*Lanes-1:0]),
      .b_i(multipliers_a),
      .out_o(terms[TermABits*Lanes-1:0])
    );
    litho_product #(
      .Lanes(Lanes),
      .ABits(BBits),
      .ASigned(BSigned),
      .BBits(MultiplierBBits),
      .BSigned(0)
    ) u_product_b (
      .a_i(code_data[CodesBits-1:ABits*Lanes]),
      .b_i(multipliers_b),
      .out_o(terms[TermsBits-1:TermABits*Lanes])
    );
    litho_stream_register #(
      .Width(TermsBits)
    ) u_terms (
      .clk_i(clk_i),
      .rst_ni(rst_ni),
      .in_data_i(terms),
      .in_valid_i(code_valid),
      .in_ready_o(code_ready),
      .out_data_o(term_data),
      .out_valid_o(term_valid),
      .out_ready_i(term_ready)
    );
  end

  // The sum fits OutBits, so each term may be cut to OutBits first.
  logic [OutBits*Lanes-1:0] sums;

  for (genvar i = 0; i < Lanes; i++) begin : gen_sum
    logic signed [TermABits+LeftA-1:0] a;
    logic signed [TermBBits+LeftB-1:0] b;

    assign a = $signed((TermABits + LeftA)'(term_data[i*TermABits +: TermABits])) <<< LeftA;
    assign b = $signed((TermBBits + LeftB)'(
        term_data[TermABits*Lanes + i*TermBBits +: TermBBits])) <<< LeftB;
    assign sums[i*OutBits +: OutBits] = OutBits'(a) + OutBits'(b);

    logic unused;
    assign unused = ^a ^ ^b;
  end

  litho_stream_register #(
    .Width(OutBits * Lanes)
  ) u_out (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(sums),
    .in_valid_i(term_valid),
    .in_ready_o(term_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
