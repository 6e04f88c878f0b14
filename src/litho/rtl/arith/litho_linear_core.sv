// Matrix product of each row with known weights, plus a bias: all but the memories that hold them.
//
// What it computes: out[o] = sum over i of in[i] * weight[o][i] + bias[o], exact.
// Reference: litho.ops.linear.reference.evaluate
//
// A row of Beats input beats is given Groups times, once for each group of OutLanes results. Each
// cycle multiplies InLanes codes with the InLanes * OutLanes weights of one word, address
// group * Beats + beat. Padding has zero weights, so what it holds does not matter.
// With HoldZeros a beat of nothing but zeros reads no word and leaves the operands, products and
// sums as they are; only the codes of the row decide, so it changes no cycle and no result.
// Interval Groups * Beats cycles a row. Latency is that of the row repeat and 5 stages behind it (4
// for InLanes 1): the result of a group leaves when its last beat has passed them.
// With SkipZeros a beat of nothing but zeros takes no cycle unless it is the last of its row: a row
// with k other such beats takes the greater of Beats and Groups * (Beats - k) cycles, and nothing
// comes later than without. With one group or one beat a row there is nothing to gain, so nothing
// is skipped.
// The memories are outside, so that they may be of either kind. Their reads are synchronous: in a
// cycle with weight_en_o high the word at weight_addr_o is read, and stands at weight_data_i from
// the next one on until another is read. The same with the biases.
//
//   in -> row repeat -> [ code ] --> litho_dot_stream --> out     (or row skip)
//                       [ word ] ----^        ^
//                       [ bias ] -------------'
`default_nettype none
module litho_linear_core #(
  parameter int InBits       = 8,   // bits of an input code
  parameter bit InSigned     = 1,   // whether input codes are signed
  parameter int WeightBits   = 8,   // bits of a weight
  parameter bit WeightSigned = 1,   // whether weights are signed
  parameter int BiasBits     = 8,   // bits of a bias, signed; 0: there is none
  parameter int OutBits      = 20,  // bits of a result, signed
  parameter int InLanes      = 1,   // codes in an input beat
  parameter int OutLanes     = 1,   // results in an output beat
  parameter int Beats        = 4,   // input beats in a row
  parameter int Groups       = 2,   // output beats in a row
  parameter bit HoldZeros    = 0,   // whether operands are held for a beat of zeros
  parameter bit SkipZeros    = 0,   // whether beats of zeros are skipped
  localparam int WordBits  = Groups * Beats > 1 ? $clog2(Groups * Beats) : 1,
  localparam int GroupBits = Groups > 1 ? $clog2(Groups) : 1,
  localparam int BiasWidth = BiasBits > 0 ? BiasBits * OutLanes : 1
) (
  input  wire logic                                   clk_i,
  input  wire logic                                   rst_ni,
  input  wire logic [InBits*InLanes-1:0]              in_data_i,
  input  wire logic                                   in_valid_i,
  output wire logic                                   in_ready_o,
  output wire logic                                   weight_en_o,
  output wire logic [WordBits-1:0]                    weight_addr_o,
  input  wire logic [WeightBits*InLanes*OutLanes-1:0] weight_data_i,
  output wire logic                                   bias_en_o,
  output wire logic [GroupBits-1:0]                   bias_addr_o,
  input  wire logic [BiasWidth-1:0]                   bias_data_i,
  output wire logic [OutBits*OutLanes-1:0]            out_data_o,
  output wire logic                                   out_valid_o,
  input  wire logic                                   out_ready_i
);
  localparam int Words = Groups * Beats;

  // Each row, Groups times, and for each of its beats the word that it meets.
  logic [InBits*InLanes-1:0] row_data;
  logic [WordBits-1:0]       word;
  logic                      row_last, row_valid, row_ready, step;

  assign step = row_valid && row_ready;

  if (SkipZeros && Beats > 1 && Groups > 1) begin : gen_skip
    localparam int PlaceBits = $clog2(Beats);

    logic [PlaceBits-1:0] place;
    logic [WordBits-1:0]  base_q;  // the first word of the group

    litho_row_skip #(
      .Width(InBits * InLanes),
      .Beats(Beats),
      .Repeats(Groups)
    ) u_row_skip (
      .clk_i(clk_i),
      .rst_ni(rst_ni),
      .in_data_i(in_data_i),
      .in_valid_i(in_valid_i),
      .in_ready_o(in_ready_o),
      .out_data_o(row_data),
      .out_place_o(place),
      .out_last_o(row_last),
      .out_valid_o(row_valid),
      .out_ready_i(row_ready)
    );

    assign word = base_q + WordBits'(place);

    always_ff @(posedge clk_i) begin
      if (!rst_ni) base_q <= '0;
      else if (step && row_last) begin
        base_q <= base_q == WordBits'(Words - Beats) ? '0 : base_q + WordBits'(Beats);
      end
    end
  end else begin : gen_repeat
    localparam int BeatBits = Beats > 1 ? $clog2(Beats) : 1;

    logic [WordBits-1:0] word_q;
    logic [BeatBits-1:0] beat_q;

    litho_row_repeat #(
      .Width(InBits * InLanes),
      .Beats(Beats),
      .Repeats(Groups)
    ) u_row_repeat (
      .clk_i(clk_i),
      .rst_ni(rst_ni),
      .in_data_i(in_data_i),
      .in_valid_i(in_valid_i),
      .in_ready_o(in_ready_o),
      .out_data_o(row_data),
      .out_valid_o(row_valid),
      .out_ready_i(row_ready)
    );

    assign word = word_q;
    assign row_last = beat_q == BeatBits'(Beats - 1);

    always_ff @(posedge clk_i) begin
      if (!rst_ni) word_q <= '0;
      else if (step) word_q <= word_q == WordBits'(Words - 1) ? '0 : word_q + WordBits'(1);
    end

    always_ff @(posedge clk_i) begin
      if (!rst_ni) beat_q <= '0;
      else if (step) beat_q <= row_last ? '0 : beat_q + BeatBits'(1);
    end
  end

  // Codes, and beside them the word of weights: its register is the memory's own.
  logic [InBits*InLanes-1:0] code_q;
  logic                      row_hold, code_hold, code_last, code_valid, code_ready;

  assign row_hold = HoldZeros && row_data == '0;
  assign weight_en_o = step && !row_hold;
  assign weight_addr_o = word;

  litho_stream_register #(
    .Width(2)
  ) u_codes (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({row_last, row_hold}),
    .in_valid_i(row_valid),
    .in_ready_o(row_ready),
    .out_data_o({code_last, code_hold}),
    .out_valid_o(code_valid),
    .out_ready_i(code_ready)
  );

  always_ff @(posedge clk_i) begin
    if (weight_en_o) code_q <= row_data;
  end

  // Products, sums and accumulators, which start at the bias.
  logic [OutBits*OutLanes-1:0] start;
  logic                        is_next;  // the next sum belongs to the next group

  litho_dot_stream #(
    .ABits(InBits),
    .ASigned(InSigned),
    .BBits(WeightBits),
    .BSigned(WeightSigned),
    .OutBits(OutBits),
    .InLanes(InLanes),
    .OutLanes(OutLanes)
  ) u_dot (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({weight_data_i, code_q}),
    .in_hold_i(code_hold),
    .in_last_i(code_last),
    .in_valid_i(code_valid),
    .in_ready_o(code_ready),
    .start_i(start),
    .next_o(is_next),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );

  // The bias of the group that comes next is read while the last beat of this one is taken, so
  // that it is there in the next cycle; after reset it is read before any sum can arrive.
  if (BiasBits == 0) begin : gen_no_bias
    logic unused;
    assign unused = ^{is_next, bias_data_i};
    assign start = '0;
    assign bias_en_o = 1'b0;
    assign bias_addr_o = '0;
  end else begin : gen_bias
    logic [GroupBits-1:0] group_q;
    logic                 is_read_q;  // whether the first bias after reset is read

    assign bias_en_o = is_next || !is_read_q;
    assign bias_addr_o = group_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) group_q <= '0;
      else if (is_next || !is_read_q) begin
        group_q <= group_q == GroupBits'(Groups - 1) ? '0 : group_q + GroupBits'(1);
      end
    end

    always_ff @(posedge clk_i) begin
      if (!rst_ni) is_read_q <= 1'b0;
      else is_read_q <= 1'b1;
    end

    for (genvar o = 0; o < OutLanes; o++) begin : gen_start
      logic signed [BiasBits-1:0] bias;

      assign bias = bias_data_i[o*BiasBits +: BiasBits];
      assign start[o*OutBits +: OutBits] = OutBits'(bias);
    end
  end
endmodule
`default_nettype wire
