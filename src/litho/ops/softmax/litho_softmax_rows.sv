// Softmax of rows of which the first codes count.
//
// What it computes: e[i] = table[greatest - in[i]] for i < count, else 0;
// out[i] = saturate(round(e[i] * round(2^Reciprocal / sum of e) / 2^Shift)), over each row.
// Reference: litho.ops.softmax.reference.evaluate
//
// A beat is {count, codes}; the count is the same in every beat of a row, and what stands at it or
// behind it, or behind the row, does not matter. A row waits in one buffer for its greatest code
// and in a second for the reciprocal of its sum, and the rows behind it follow at once. One beat a
// cycle as long as the beats of a row are at least the steps of the reciprocal; otherwise one row
// in as many cycles.
// Latency: twice the beats of a row, the steps of the reciprocal, and the stages below.
//
//   in -> marks -> fork ---------------> pair -> [ address ] -> [ entry ] -> fork ...
//                    '-> greatest of row --^
//   ... fork ----------------------> pair -> [ operands ] -> * -> [ product ] -> round stage -> out
//         '-> sum of row -> reciprocal ----^
`default_nettype none
module litho_softmax_rows #(
  parameter int InBits         = 8,   // bits of an input code
  parameter bit InSigned       = 1,   // whether input codes are signed
  parameter int CountBits      = 4,   // bits of a count
  parameter int OutBits        = 8,   // bits of a result
  parameter bit OutSigned      = 0,   // whether results are signed
  parameter int Rounding       = 0,   // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
  parameter int Lanes          = 1,   // codes in a beat
  parameter int Row            = 8,   // codes in a row
  parameter int Exponential    = 13,  // fraction bits of an exponential
  parameter int Entries        = 257, // words of the table, the last one 0
  parameter int Reciprocal     = 23,  // binary logarithm of what the sum divides
  parameter int Shift          = 15,  // shift to the right that rounds
  parameter int CodeDepth      = 16,  // beats that can wait for the greatest code
  parameter int EntryDepth     = 32,  // beats that can wait for the reciprocal
  parameter     MemFile        = ""   // Entries words of Exponential + 1 bits
) (
  input  wire logic                              clk_i,
  input  wire logic                              rst_ni,
  input  wire logic [CountBits+InBits*Lanes-1:0] in_data_i,
  input  wire logic                              in_valid_i,
  output wire logic                              in_ready_o,
  output wire logic [OutBits*Lanes-1:0]          out_data_o,
  output wire logic                              out_valid_o,
  input  wire logic                              out_ready_i
);
  localparam int Beats = (Row + Lanes - 1) / Lanes;
  localparam int BeatBits = Beats > 1 ? $clog2(Beats) : 1;
  localparam int MarkedBits = InBits + 1;
  localparam int AddressBits = $clog2(Entries);
  localparam int EntryBits = Exponential + 1;
  localparam int SumBits = Exponential + $clog2(Row) + 1;
  localparam int ReciprocalBits = Reciprocal - Exponential + 1;
  localparam int ProductBits = EntryBits + ReciprocalBits + 1;

  // Each code with a bit above it that says whether it counts. An unsigned code becomes a signed
  // one of the same order.
  logic [BeatBits-1:0]         beat_q;
  logic [CountBits-1:0]        count;
  logic [MarkedBits*Lanes-1:0] marked;

  assign count = in_data_i[InBits*Lanes +: CountBits];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) beat_q <= '0;
    else if (in_valid_i && in_ready_o) begin
      beat_q <= beat_q == BeatBits'(Beats - 1) ? '0 : beat_q + BeatBits'(1);
    end
  end

  for (genvar i = 0; i < Lanes; i++) begin : gen_mark
    logic [31:0] place;

    assign place = 32'(beat_q) * Lanes + i;
    assign marked[i*MarkedBits +: MarkedBits] = {
        place < Row && place < 32'(count),
        in_data_i[i*InBits +: InBits] ^ (InBits'(!InSigned) << (InBits - 1))};
  end

  // The greatest code of a row, beside each beat of it.
  logic [MarkedBits*Lanes-1:0]        code_data, seen_data;
  logic [InBits*Lanes-1:0]            terms;
  logic [InBits-1:0]                  most_data;
  logic [InBits+MarkedBits*Lanes-1:0] beside_data;
  logic                               code_valid, code_ready, seen_valid, seen_ready;
  logic                               most_valid, most_ready, beside_valid, beside_ready;

  litho_stream_fork #(
    .Width(MarkedBits * Lanes)
  ) u_codes (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(marked),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .a_data_o(code_data),
    .a_valid_o(code_valid),
    .a_ready_i(code_ready),
    .b_data_o(seen_data),
    .b_valid_o(seen_valid),
    .b_ready_i(seen_ready)
  );

  for (genvar i = 0; i < Lanes; i++) begin : gen_term
    assign terms[i*InBits +: InBits] = seen_data[i*MarkedBits + InBits]
        ? seen_data[i*MarkedBits +: InBits] : InBits'(1) << (InBits - 1);
  end

  litho_row_fold #(
    .InBits(InBits),
    .Lanes(Lanes),
    .Beats(Beats),
    .OutBits(InBits),
    .IsMax(1)
  ) u_most (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(terms),
    .in_valid_i(seen_valid),
    .in_ready_o(seen_ready),
    .out_data_o(most_data),
    .out_valid_o(most_valid),
    .out_ready_i(most_ready)
  );
  litho_row_pair #(
    .Width(MarkedBits * Lanes),
    .FactWidth(InBits),
    .Beats(Beats),
    .Depth(CodeDepth)
  ) u_beside (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(code_data),
    .in_valid_i(code_valid),
    .in_ready_o(code_ready),
    .fact_data_i(most_data),
    .fact_valid_i(most_valid),
    .fact_ready_o(most_ready),
    .out_data_o(beside_data),
    .out_valid_o(beside_valid),
    .out_ready_i(beside_ready)
  );

  // The entry of the difference; the last one, 0, for great differences and what does not count.
  logic [AddressBits*Lanes-1:0] addresses, address_data;
  logic                         address_valid, address_ready;

  for (genvar i = 0; i < Lanes; i++) begin : gen_address
    logic [InBits-1:0] difference;
    logic              counts;

    assign counts = beside_data[i*MarkedBits + InBits];
    assign difference = beside_data[MarkedBits*Lanes +: InBits]
        - beside_data[i*MarkedBits +: InBits];
    assign addresses[i*AddressBits +: AddressBits] =
        counts && (InBits+1)'(difference) < (InBits+1)'(Entries - 1)
        ? AddressBits'(difference) : AddressBits'(Entries - 1);
  end

  litho_stream_register #(
    .Width(AddressBits * Lanes)
  ) u_addresses (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(addresses),
    .in_valid_i(beside_valid),
    .in_ready_o(beside_ready),
    .out_data_o(address_data),
    .out_valid_o(address_valid),
    .out_ready_i(address_ready)
  );

  // The register of the entries is the memory's own.
  logic [EntryBits*Lanes-1:0] entry_data;
  logic                       entry_valid_q, entry_ready;

  assign address_ready = !entry_valid_q || entry_ready;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) entry_valid_q <= 1'b0;
    else if (address_ready) entry_valid_q <= address_valid;
  end

  for (genvar i = 0; i < Lanes; i++) begin : gen_entry
    litho_rom #(
      .Width(EntryBits),
      .Depth(Entries),
      .MemFile(MemFile)
    ) u_table (
      .clk_i(clk_i),
      .en_i(address_valid && address_ready),
      .addr_i(address_data[i*AddressBits +: AddressBits]),
      .data_o(entry_data[i*EntryBits +: EntryBits])
    );
  end

  // The reciprocal of the sum of a row, beside each beat of it.
  logic [EntryBits*Lanes-1:0]                held_data, added_data;
  logic [(EntryBits+1)*Lanes-1:0]            summands;
  logic [SumBits-1:0]                        sum_data;
  logic [ReciprocalBits-1:0]                 reciprocal_data;
  logic [ReciprocalBits+EntryBits*Lanes-1:0] pair_data, operand_data;
  logic                                      held_valid, held_ready, added_valid, added_ready;
  logic                                      sum_valid, sum_ready;
  logic                                      reciprocal_valid, reciprocal_ready;
  logic                                      pair_valid, pair_ready, operand_valid, operand_ready;

  litho_stream_fork #(
    .Width(EntryBits * Lanes)
  ) u_entries (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(entry_data),
    .in_valid_i(entry_valid_q),
    .in_ready_o(entry_ready),
    .a_data_o(held_data),
    .a_valid_o(held_valid),
    .a_ready_i(held_ready),
    .b_data_o(added_data),
    .b_valid_o(added_valid),
    .b_ready_i(added_ready)
  );

  for (genvar i = 0; i < Lanes; i++) begin : gen_summand
    assign summands[i*(EntryBits+1) +: EntryBits+1] = {1'b0, added_data[i*EntryBits +: EntryBits]};
  end

  litho_row_fold #(
    .InBits(EntryBits + 1),
    .Lanes(Lanes),
    .Beats(Beats),
    .OutBits(SumBits)
  ) u_sum (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(summands),
    .in_valid_i(added_valid),
    .in_ready_o(added_ready),
    .out_data_o(sum_data),
    .out_valid_o(sum_valid),
    .out_ready_i(sum_ready)
  );
  // A row of which no code counts has the sum 0: its reciprocal means nothing, and meets zeros.
  litho_reciprocal #(
    .InBits(SumBits),
    .Shift(Reciprocal),
    .Least(Exponential)
  ) u_reciprocal (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(sum_data),
    .in_valid_i(sum_valid),
    .in_ready_o(sum_ready),
    .out_data_o(reciprocal_data),
    .out_valid_o(reciprocal_valid),
    .out_ready_i(reciprocal_ready)
  );
  litho_row_pair #(
    .Width(EntryBits * Lanes),
    .FactWidth(ReciprocalBits),
    .Beats(Beats),
    .Depth(EntryDepth)
  ) u_pair (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(held_data),
    .in_valid_i(held_valid),
    .in_ready_o(held_ready),
    .fact_data_i(reciprocal_data),
    .fact_valid_i(reciprocal_valid),
    .fact_ready_o(reciprocal_ready),
    .out_data_o(pair_data),
    .out_valid_o(pair_valid),
    .out_ready_i(pair_ready)
  );

  // The buffer takes long, and so do multipliers: the operands have a register in between.
  litho_stream_register #(
    .Width(ReciprocalBits + EntryBits * Lanes)
  ) u_operands (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(pair_data),
    .in_valid_i(pair_valid),
    .in_ready_o(pair_ready),
    .out_data_o(operand_data),
    .out_valid_o(operand_valid),
    .out_ready_i(operand_ready)
  );

  // The products, rounded.
  logic [ProductBits*Lanes-1:0] products, product_data;
  logic                         product_valid, product_ready;

  litho_product #(
    .Lanes(Lanes),
    .ABits(EntryBits),
    .ASigned(0),
    .BBits(ReciprocalBits),
    .BSigned(0)
  ) u_product (
    .a_i(operand_data[EntryBits*Lanes-1:0]),
    .b_i({Lanes{operand_data[EntryBits*Lanes +: ReciprocalBits]}}),
    .out_o(products)
  );
  litho_stream_register #(
    .Width(ProductBits * Lanes)
  ) u_products (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(products),
    .in_valid_i(operand_valid),
    .in_ready_o(operand_ready),
    .out_data_o(product_data),
    .out_valid_o(product_valid),
    .out_ready_i(product_ready)
  );
  litho_round_stage #(
    .InBits(ProductBits),
    .OutBits(OutBits),
    .OutSigned(OutSigned),
    .Rounding(Rounding),
    .Lanes(Lanes),
    .Shift(Shift)
  ) u_round (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(product_data),
    .in_valid_i(product_valid),
    .in_ready_o(product_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
