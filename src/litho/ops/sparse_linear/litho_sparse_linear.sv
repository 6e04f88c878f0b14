// Matrix product of each row with the blocks of a weight that are not zero, plus a bias.
//
// What it computes: out[o] = sum over i of in[i] * weight[o][i] + bias[o], exact.
// Reference: litho.ops.sparse_linear.reference.evaluate
//
// The weight lies in memory as its kept blocks, cut into strips of Height rows that belong to one
// of Lists lists. In each of Steps steps a list multiplies ColumnLanes codes of the row, which the
// step names, with as many weights of each row of a strip; its accumulators begin with the first
// block of a strip, and with the last one the sums go to the strip's slot. Blocks that are zero
// have no step. A list that is done repeats its last step: its multipliers hold their operands.
// A list has one strip of each output beat, so that all banks are read at the same slot; the order
// says which list has which strip of the beat, or that none has it because it is all zero.
// Interval the greatest of Beats, Steps and Groups cycles a row. A row waits until it is whole, and
// so do its results; behind its last step lie 3 registers (2 for ColumnLanes 1), behind its results
// one.
//
//   in -> [ rows, a copy for each list ] -> [ code, weight ] -> * -> [ product ] -> sum -.
//   steps ----^                        weights --^                                       |
//              out <- [ ] <- + <- [ results ] <- [ acc ] <- + <- [ sum ] <---------------'
//                      bias -^
`default_nettype none
module litho_sparse_linear #(
  parameter int InBits       = 8,   // bits of an input code
  parameter bit InSigned     = 1,   // whether input codes are signed
  parameter int WeightBits   = 8,   // bits of a weight
  parameter bit WeightSigned = 1,   // whether weights are signed
  parameter int BiasBits     = 8,   // bits of a bias, signed; 0: there is none
  parameter int OutBits      = 20,  // bits of a result, signed
  parameter int InLanes      = 2,   // codes in an input beat
  parameter int ColumnLanes  = 2,   // codes that a list multiplies in a step; divides InLanes
  parameter int Height       = 2,   // results that a list adds up at once: rows of a strip
  parameter int Lists        = 2,   // lists of strips, worked off side by side
  parameter int Beats        = 4,   // input beats in a row
  parameter int Steps        = 4,   // steps for a row
  parameter int Groups       = 2,   // output beats in a row
  parameter     StepFile     = "",  // Steps words of Lists {is_last, is_first, slot, part, place}
  parameter     WeightFile   = "",  // Steps words of Lists * Height * ColumnLanes weights
  parameter     OrderFile    = "",  // Groups words of Lists numbers of lists; Lists: none
  parameter     BiasFile     = "",  // Groups words of Lists * Height biases
  localparam int OutLanes = Height * Lists
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,
  input  wire logic [InBits*InLanes-1:0]   in_data_i,
  input  wire logic                        in_valid_i,
  output wire logic                        in_ready_o,
  output wire logic [OutBits*OutLanes-1:0] out_data_o,
  output wire logic                        out_valid_o,
  input  wire logic                        out_ready_i
);
  localparam int Parts = InLanes / ColumnLanes;  // parts of a beat, one of which a step takes
  localparam int PlaceBits = Beats > 1 ? $clog2(Beats) : 1;
  localparam int PartBits = Parts > 1 ? $clog2(Parts) : 1;
  localparam int SlotBits = Groups > 1 ? $clog2(Groups) : 1;
  localparam int CountBits = Steps > 1 ? $clog2(Steps) : 1;
  localparam int TagBits = SlotBits + 2;  // {is_last, is_first, slot}
  localparam int StepBits = TagBits + PartBits + PlaceBits;
  localparam int BeatBits = InBits * InLanes;
  localparam int PartWidth = InBits * ColumnLanes;
  localparam int StripBits = OutBits * Height;
  localparam int OrderBits = $clog2(Lists + 1);
  localparam int ProductBits = InBits + WeightBits + (InSigned || WeightSigned ? 0 : 1);
  localparam int ProductsBits = ProductBits * ColumnLanes;  // products of one result
  localparam int TreeBits = ProductBits + $clog2(ColumnLanes);
  localparam int SumBits = TreeBits < OutBits ? TreeBits : OutBits;

  if (ColumnLanes * Parts != InLanes) begin : gen_check
    initial $fatal(1, "litho_sparse_linear: ColumnLanes must divide InLanes, not %0d and %0d",
                   ColumnLanes, InLanes);
  end

  // The step that comes next: it is read while the one before is taken, so that it is there in the
  // next cycle; after reset it is read before any row can be whole.
  logic [CountBits-1:0]      ahead_q, step_q;
  logic [StepBits*Lists-1:0] step;
  logic [PlaceBits*Lists-1:0] place;
  logic                      is_loaded_q, is_next, place_ready;

  assign is_next = is_loaded_q && place_ready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) is_loaded_q <= 1'b0;
    else is_loaded_q <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) ahead_q <= '0;
    else if (is_next || !is_loaded_q) begin
      ahead_q <= ahead_q == CountBits'(Steps - 1) ? '0 : ahead_q + CountBits'(1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) step_q <= '0;
    else if (is_next) step_q <= step_q == CountBits'(Steps - 1) ? '0 : step_q + CountBits'(1);
  end

  litho_rom #(
    .Width(StepBits * Lists),
    .Depth(Steps),
    .MemFile(StepFile)
  ) u_steps (
    .clk_i(clk_i),
    .en_i(is_next || !is_loaded_q),
    .addr_i(ahead_q),
    .data_o(step)
  );

  // Rows, a copy for each list, and beside the codes that a step names its weights and its tags.
  logic [PlaceBits-1:0]                          beat_q;
  logic [BeatBits*Lists-1:0]                     held_data;
  logic [WeightBits*ColumnLanes*OutLanes-1:0]    weights;
  logic [PartWidth*Lists-1:0]                    codes;
  logic [TagBits*Lists-1:0]                      held_tags;
  logic                                          held_valid, held_ready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) beat_q <= '0;
    else if (in_valid_i && in_ready_o) begin
      beat_q <= beat_q == PlaceBits'(Beats - 1) ? '0 : beat_q + PlaceBits'(1);
    end
  end

  litho_banked_buffer #(
    .Width(BeatBits),
    .Banks(Lists),
    .Words(Beats),
    .Writes(Beats),
    .Reads(Steps)
  ) u_rows (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({Lists{1'b1, beat_q, in_data_i}}),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .place_data_i(place),
    .place_valid_i(is_loaded_q),
    .place_ready_o(place_ready),
    .out_data_o(held_data),
    .out_valid_o(held_valid),
    .out_ready_i(held_ready)
  );
  litho_rom #(
    .Width(WeightBits * ColumnLanes * OutLanes),
    .Depth(Steps),
    .MemFile(WeightFile)
  ) u_weights (
    .clk_i(clk_i),
    .en_i(is_next),
    .addr_i(step_q),
    .data_o(weights)
  );

  for (genvar l = 0; l < Lists; l++) begin : gen_list
    logic [PartBits-1:0] part_q;
    logic [TagBits-1:0]  tag_q;

    assign place[l*PlaceBits +: PlaceBits] = step[l*StepBits +: PlaceBits];
    assign held_tags[l*TagBits +: TagBits] = tag_q;

    always_ff @(posedge clk_i) begin
      if (is_next) {tag_q, part_q} <= step[l*StepBits + PlaceBits +: TagBits + PartBits];
    end

    if (Parts == 1) begin : gen_whole
      logic unused;
      assign unused = ^part_q;
      assign codes[l*PartWidth +: PartWidth] = held_data[l*BeatBits +: BeatBits];
    end else begin : gen_part
      assign codes[l*PartWidth +: PartWidth] =
          held_data[l*BeatBits + 32'(part_q)*PartWidth +: PartWidth];
    end
  end

  // Operands: the memories take long, and so do multipliers, so they have a register in between.
  logic [WeightBits*ColumnLanes*OutLanes-1:0] operand_weights;
  logic [PartWidth*Lists-1:0]                 operand_codes;
  logic [TagBits*Lists-1:0]                   operand_tags;
  logic                                       operand_valid, operand_ready;

  litho_stream_register #(
    .Width((TagBits + PartWidth)*Lists + WeightBits*ColumnLanes*OutLanes)
  ) u_operands (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({held_tags, codes, weights}),
    .in_valid_i(held_valid),
    .in_ready_o(held_ready),
    .out_data_o({operand_tags, operand_codes, operand_weights}),
    .out_valid_o(operand_valid),
    .out_ready_i(operand_ready)
  );

  // Products.
  logic [ProductsBits*OutLanes-1:0] products, product_data;
  logic [TagBits*Lists-1:0]         product_tags;
  logic                             product_valid, product_ready;

  for (genvar o = 0; o < OutLanes; o++) begin : gen_product
    litho_product #(
      .Lanes(ColumnLanes),
      .ABits(InBits),
      .ASigned(InSigned),
      .BBits(WeightBits),
      .BSigned(WeightSigned)
    ) u_product (
      .a_i(operand_codes[o/Height*PartWidth +: PartWidth]),
      .b_i(operand_weights[o*WeightBits*ColumnLanes +: WeightBits*ColumnLanes]),
      .out_o(products[o*ProductsBits +: ProductsBits])
    );
  end

  litho_stream_register #(
    .Width(ProductsBits*OutLanes + TagBits*Lists)
  ) u_products (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i({operand_tags, products}),
    .in_valid_i(operand_valid),
    .in_ready_o(operand_ready),
    .out_data_o({product_tags, product_data}),
    .out_valid_o(product_valid),
    .out_ready_i(product_ready)
  );

  // Sums over the columns of a step. One product is its own sum.
  logic [SumBits*OutLanes-1:0] sum_data;
  logic [TagBits*Lists-1:0]    sum_tags;
  logic                        sum_valid, sum_ready;

  if (ColumnLanes == 1) begin : gen_one
    for (genvar o = 0; o < OutLanes; o++) begin : gen_sum
      assign sum_data[o*SumBits +: SumBits] = product_data[o*ProductBits +: SumBits];
      if (SumBits < ProductBits) begin : gen_unused
        logic unused;
        assign unused = ^product_data[o*ProductBits + SumBits +: ProductBits - SumBits];
      end
    end
    assign sum_tags = product_tags;
    assign sum_valid = product_valid;
    assign product_ready = sum_ready;
  end else begin : gen_tree
    logic [SumBits*OutLanes-1:0] sums;

    for (genvar o = 0; o < OutLanes; o++) begin : gen_sum
      litho_sum #(
        .Terms(ColumnLanes),
        .InBits(ProductBits),
        .OutBits(SumBits)
      ) u_sum (
        .in_i(product_data[o*ProductsBits +: ProductsBits]),
        .out_o(sums[o*SumBits +: SumBits])
      );
    end
    litho_stream_register #(
      .Width(SumBits*OutLanes + TagBits*Lists)
    ) u_sums (
      .clk_i(clk_i),
      .rst_ni(rst_ni),
      .in_data_i({product_tags, sums}),
      .in_valid_i(product_valid),
      .in_ready_o(product_ready),
      .out_data_o({sum_tags, sum_data}),
      .out_valid_o(sum_valid),
      .out_ready_i(sum_ready)
    );
  end

  // Accumulators. With the last step of a strip its sums go to the results.
  localparam int ResultBits = 1 + SlotBits + StripBits;  // {is_last, slot, sums}

  logic [ResultBits*Lists-1:0] results;

  for (genvar l = 0; l < Lists; l++) begin : gen_strip
    logic [SlotBits-1:0]  slot;
    logic [StripBits-1:0] totals;
    logic                 is_first, is_last;

    assign {is_last, is_first, slot} = sum_tags[l*TagBits +: TagBits];
    assign results[l*ResultBits +: ResultBits] = {is_last, slot, totals};

    for (genvar r = 0; r < Height; r++) begin : gen_acc
      logic signed [SumBits-1:0] sum;
      logic [OutBits-1:0]        acc_q, base;

      assign sum = sum_data[(l*Height + r)*SumBits +: SumBits];
      assign base = is_first ? '0 : acc_q;
      assign totals[r*OutBits +: OutBits] = base + OutBits'(sum);

      always_ff @(posedge clk_i) begin
        if (sum_valid && sum_ready) acc_q <= totals[r*OutBits +: OutBits];
      end
    end
  end

  // Results of a row, read a slot at a time, and beside them which list has which strip.
  logic [SlotBits-1:0]           group_q;
  logic [StripBits*Lists-1:0]    found;
  logic [OrderBits*Lists-1:0]    order;
  logic [OutBits*OutLanes-1:0]   biases, sorted;
  logic                          group_ready, found_valid, found_ready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) group_q <= '0;
    else if (group_ready) begin
      group_q <= group_q == SlotBits'(Groups - 1) ? '0 : group_q + SlotBits'(1);
    end
  end

  litho_banked_buffer #(
    .Width(StripBits),
    .Banks(Lists),
    .Words(Groups),
    .Writes(Steps),
    .Reads(Groups)
  ) u_results (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(results),
    .in_valid_i(sum_valid),
    .in_ready_o(sum_ready),
    .place_data_i({Lists{group_q}}),
    .place_valid_i(1'b1),
    .place_ready_o(group_ready),
    .out_data_o(found),
    .out_valid_o(found_valid),
    .out_ready_i(found_ready)
  );
  litho_rom #(
    .Width(OrderBits * Lists),
    .Depth(Groups),
    .MemFile(OrderFile)
  ) u_order (
    .clk_i(clk_i),
    .en_i(group_ready),
    .addr_i(group_q),
    .data_o(order)
  );

  if (BiasBits == 0) begin : gen_no_bias
    assign biases = '0;
  end else begin : gen_bias
    logic [BiasBits*OutLanes-1:0] read;

    litho_rom #(
      .Width(BiasBits * OutLanes),
      .Depth(Groups),
      .MemFile(BiasFile)
    ) u_biases (
      .clk_i(clk_i),
      .en_i(group_ready),
      .addr_i(group_q),
      .data_o(read)
    );

    for (genvar o = 0; o < OutLanes; o++) begin : gen_lane
      logic signed [BiasBits-1:0] bias;

      assign bias = read[o*BiasBits +: BiasBits];
      assign biases[o*OutBits +: OutBits] = OutBits'(bias);
    end
  end

  for (genvar l = 0; l < Lists; l++) begin : gen_order
    logic [OrderBits-1:0] owner;
    logic [StripBits-1:0] strip;

    assign owner = order[l*OrderBits +: OrderBits];
    assign strip =
        owner == OrderBits'(Lists) ? '0 : found[32'(owner)*StripBits +: StripBits];

    for (genvar r = 0; r < Height; r++) begin : gen_result
      assign sorted[(l*Height + r)*OutBits +: OutBits] =
          strip[r*OutBits +: OutBits] + biases[(l*Height + r)*OutBits +: OutBits];
    end
  end

  litho_stream_register #(
    .Width(OutBits * OutLanes)
  ) u_out (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(sorted),
    .in_valid_i(found_valid),
    .in_ready_o(found_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
