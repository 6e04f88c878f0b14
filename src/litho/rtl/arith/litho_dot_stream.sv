// Scalar products of long vectors that come in beats.
//
// What it computes: out[o] = start[o] + sum over beats b and lanes i of a[b][i] * word[b][o][i].
// Reference: litho.formats.arith.matmul
// A beat of `in` holds InLanes codes of a in the low bits, above them the word: for each of
// OutLanes results the InLanes codes that a is multiplied by, lane i fastest. With the beat that
// has `in_last_i` high a result is whole. Its accumulator begins at `start_i`, which is read when
// the first beat arrives there; `next_o` is high in the cycle in which the last one does.
// A beat with `in_hold_i` high counts as zero, whatever it holds: no register of operands, products
// and sums takes anything over, so nothing toggles but the flags beside them.
// Latency 4 from the last beat of a result (3 for InLanes 1), one input beat a cycle. Memories that
// give the words take long, and so do multipliers: the operands have a register between the two.
//
//   in -> [ operands ] -> * -> [ product ] -> sum -> [ sum ] -> + -> [ results (2) ] -> out
//                                                      start ---^-> [ acc ]
`default_nettype none
module litho_dot_stream #(
  parameter int ABits    = 8,   // bits of a code of a
  parameter bit ASigned  = 1,   // whether the codes of a are signed
  parameter int BBits    = 8,   // bits of a code of a word
  parameter bit BSigned  = 1,   // whether the codes of a word are signed
  parameter int OutBits  = 20,  // bits of a result, signed
  parameter int InLanes  = 1,   // codes of a in a beat
  parameter int OutLanes = 1    // results in a beat
) (
  input  wire logic                                              clk_i,
  input  wire logic                                              rst_ni,
  input  wire logic [ABits*InLanes + BBits*InLanes*OutLanes-1:0] in_data_i,
  input  wire logic                                              in_hold_i,
  input  wire logic                                              in_last_i,
  input  wire logic                                              in_valid_i,
  output wire logic                                              in_ready_o,
  input  wire logic [OutBits*OutLanes-1:0]                       start_i,
  output wire logic                                              next_o,
  output wire logic [OutBits*OutLanes-1:0]                       out_data_o,
  output wire logic                                              out_valid_o,
  input  wire logic                                              out_ready_i
);
  localparam int ProductBits = ABits + BBits + (ASigned || BSigned ? 0 : 1);
  localparam int ProductsBits = ProductBits * InLanes;  // products of one result
  localparam int TreeBits = ProductBits + $clog2(InLanes);
  localparam int SumBits = TreeBits < OutBits ? TreeBits : OutBits;

  // Operands: codes and word, and beside them whether they are held, and whether they are the last
  // of a result.
  logic [ABits*InLanes-1:0]          code_q;
  logic [BBits*InLanes*OutLanes-1:0] word_q;
  logic                              operand_hold, operand_last, operand_valid, operand_ready;

  litho_stream_register #(
    .Width(2)
  ) u_operands (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({in_last_i, in_hold_i}),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .out_data_o({operand_last, operand_hold}),
    .out_valid_o(operand_valid),
    .out_ready_i(operand_ready)
  );

  always_ff @(posedge clk_i) begin
    if (in_valid_i && in_ready_o && !in_hold_i) {word_q, code_q} <= in_data_i;
  end

  // Products.
  logic [ProductsBits*OutLanes-1:0] products, product_q;
  logic                             product_hold, product_last, product_valid, product_ready;

  for (genvar o = 0; o < OutLanes; o++) begin : gen_product
    litho_product #(
      .Lanes(InLanes),
      .ABits(ABits),
      .ASigned(ASigned),
      .BBits(BBits),
      .BSigned(BSigned)
    ) u_product (
      .a_i(code_q),
      .b_i(word_q[o*BBits*InLanes +: BBits*InLanes]),
      .out_o(products[o*ProductsBits +: ProductsBits])
    );
  end

  litho_stream_register #(
    .Width(2)
  ) u_products (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({operand_last, operand_hold}),
    .in_valid_i(operand_valid),
    .in_ready_o(operand_ready),
    .out_data_o({product_last, product_hold}),
    .out_valid_o(product_valid),
    .out_ready_i(product_ready)
  );

  always_ff @(posedge clk_i) begin
    if (operand_valid && operand_ready && !operand_hold) product_q <= products;
  end

  // Sums over the lanes of a beat. One product is its own sum.
  logic [SumBits*OutLanes-1:0] sum_data;
  logic                        sum_hold, sum_last, sum_valid, sum_ready;

  if (InLanes == 1) begin : gen_one
    for (genvar o = 0; o < OutLanes; o++) begin : gen_sum
      assign sum_data[o*SumBits +: SumBits] = product_q[o*ProductBits +: SumBits];
      if (SumBits < ProductBits) begin : gen_unused
        logic unused;
        assign unused = ^product_q[o*ProductBits + SumBits +: ProductBits - SumBits];
      end
    end
    assign sum_hold = product_hold;
    assign sum_last = product_last;
    assign sum_valid = product_valid;
    assign product_ready = sum_ready;
  end else begin : gen_tree
    logic [SumBits*OutLanes-1:0] sums, sum_q;

    for (genvar o = 0; o < OutLanes; o++) begin : gen_sum
      litho_sum #(
        .Terms(InLanes),
        .InBits(ProductBits),
        .OutBits(SumBits)
      ) u_sum (
        .in_i(product_q[o*ProductsBits +: ProductsBits]),
        .out_o(sums[o*SumBits +: SumBits])
      );
    end
    litho_stream_register #(
      .Width(2)
    ) u_sums (
      .clk_i(clk_i),
      .rst_ni(rst_ni),
      .in_data_i({product_last, product_hold}),
      .in_valid_i(product_valid),
      .in_ready_o(product_ready),
      .out_data_o({sum_last, sum_hold}),
      .out_valid_o(sum_valid),
      .out_ready_i(sum_ready)
    );

    assign sum_data = sum_q;

    always_ff @(posedge clk_i) begin
      if (product_valid && product_ready && !product_hold) sum_q <= sums;
    end
  end

  // Accumulators. A result goes into a buffer, so that whether it is taken is no matter of the same
  // cycle for all the registers before it; while it waits, the next one is added up.
  logic [OutBits*OutLanes-1:0] totals;
  logic                        result_ready;
  logic                        first_q;  // whether the beat that waits is the first of a result

  assign sum_ready = result_ready || !sum_last;
  assign next_o = sum_valid && sum_ready && sum_last;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) first_q <= 1'b1;
    else if (sum_valid && sum_ready) first_q <= sum_last;
  end

  for (genvar o = 0; o < OutLanes; o++) begin : gen_acc
    logic signed [SumBits-1:0] sum;
    logic [OutBits-1:0]        acc_q, base;

    assign sum = sum_data[o*SumBits +: SumBits];
    assign base = first_q ? start_i[o*OutBits +: OutBits] : acc_q;
    assign totals[o*OutBits +: OutBits] = sum_hold ? base : base + OutBits'(sum);

    always_ff @(posedge clk_i) begin
      if (sum_valid && !sum_last && (first_q || !sum_hold)) acc_q <= totals[o*OutBits +: OutBits];
    end
  end

  litho_stream_fifo #(
    .Width(OutBits * OutLanes),
    .Depth(2)
  ) u_results (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(totals),
    .in_valid_i(sum_valid && sum_last),
    .in_ready_o(result_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
