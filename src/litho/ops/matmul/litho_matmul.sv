// Product of two streamed matrices.
//
// What it computes: out[m][n] = sum over k < Terms of a[m][k] * b[k][n], exact, for m < Rows and
// n < Columns, matrix after matrix.
// Reference: litho.ops.matmul.reference.evaluate
//
// b comes by rows of k or, when it is Transposed, by rows of n. It is held whole before the first
// row of a meets it, and the next b comes in meanwhile. Each row of a goes through row by row, once
// for each group of OutLanes results; a cycle multiplies InLanes codes of it with the word of
// InLanes * OutLanes codes of b that belong to them. Words have zeros where b ends, so what the
// padding of a holds does not matter.
// Interval of a matrix: the greater of Rows * Groups * Beats words and the beats of b. The result
// of a group leaves 4 cycles (3 for InLanes 1) after its last word met its codes.
//
//   a -> row repeat -> [ code ] --> join -> litho_dot_stream -> out
//   b -> double buffer ------------^
`default_nettype none
module litho_matmul #(
  parameter int ABits      = 8,   // bits of a code of a
  parameter bit ASigned    = 1,   // whether the codes of a are signed
  parameter int BBits      = 8,   // bits of a code of b
  parameter bit BSigned    = 1,   // whether the codes of b are signed
  parameter int OutBits    = 20,  // bits of a result, signed
  parameter int InLanes    = 2,   // codes in a beat of a
  parameter int OutLanes   = 1,   // results in a beat
  parameter int Rows       = 2,   // rows of a: M
  parameter int Terms      = 4,   // codes in a row of a: K
  parameter int Columns    = 2,   // results in a row: N
  parameter bit Transposed = 0,   // whether b comes by rows of n
  localparam int BLanes = Transposed ? InLanes : OutLanes
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,
  input  wire logic [ABits*InLanes-1:0]    a_data_i,
  input  wire logic                        a_valid_i,
  output wire logic                        a_ready_o,
  input  wire logic [BBits*BLanes-1:0]     b_data_i,
  input  wire logic                        b_valid_i,
  output wire logic                        b_ready_o,
  output wire logic [OutBits*OutLanes-1:0] out_data_o,
  output wire logic                        out_valid_o,
  input  wire logic                        out_ready_i
);
  localparam int Beats = (Terms + InLanes - 1) / InLanes;        // beats of a row of a
  localparam int Groups = (Columns + OutLanes - 1) / OutLanes;   // beats of a row of results
  localparam int BeatBits = Beats > 1 ? $clog2(Beats) : 1;
  localparam int Tail = Terms - (Beats - 1) * InLanes;           // terms in the last beat
  localparam int WordBits = BBits * InLanes * OutLanes;

  // Each row of a, Groups times.
  logic [ABits*InLanes-1:0] row_data, code_data;
  logic                     row_valid, row_ready, code_valid, code_ready;

  litho_row_repeat #(
    .Width(ABits * InLanes),
    .Beats(Beats),
    .Repeats(Groups)
  ) u_row_repeat (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(a_data_i),
    .in_valid_i(a_valid_i),
    .in_ready_o(a_ready_o),
    .out_data_o(row_data),
    .out_valid_o(row_valid),
    .out_ready_i(row_ready)
  );
  litho_stream_register #(
    .Width(ABits * InLanes)
  ) u_codes (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(row_data),
    .in_valid_i(row_valid),
    .in_ready_o(row_ready),
    .out_data_o(code_data),
    .out_valid_o(code_valid),
    .out_ready_i(code_ready)
  );

  // The padding of a row of terms may hold anything: zeros take its place.
  logic [BBits*BLanes-1:0] b_data;

  if (Transposed && Tail < InLanes) begin : gen_mask
    logic [BeatBits-1:0] beat_q;
    logic                is_row_end;

    assign is_row_end = beat_q == BeatBits'(Beats - 1);
    assign b_data[0 +: BBits*Tail] = b_data_i[0 +: BBits*Tail];
    assign b_data[BBits*BLanes-1 : BBits*Tail] =
        is_row_end ? '0 : b_data_i[BBits*BLanes-1 : BBits*Tail];

    always_ff @(posedge clk_i) begin
      if (!rst_ni) beat_q <= '0;
      else if (b_valid_i && b_ready_o) beat_q <= is_row_end ? '0 : beat_q + BeatBits'(1);
    end
  end else begin : gen_whole
    assign b_data = b_data_i;
  end

  // Words of b in the order of the codes of a: for each row of a, each group, each beat.
  logic [WordBits-1:0] held_data, word_data;
  logic                held_valid, held_ready;

  litho_double_buffer #(
    .Width(BBits * BLanes),
    .Rows(Transposed ? Columns : Terms),
    .Beats(Transposed ? Beats : Groups),
    .Parts(Transposed ? OutLanes : InLanes),
    .OuterCount(Rows),
    .OuterStep(0),
    .MiddleCount(Groups),
    .MiddleStep(Transposed ? Beats : 1),
    .InnerCount(Beats),
    .InnerStep(Transposed ? 1 : Groups)
  ) u_buffer (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(b_data),
    .in_valid_i(b_valid_i),
    .in_ready_o(b_ready_o),
    .out_data_o(held_data),
    .out_valid_o(held_valid),
    .out_ready_i(held_ready)
  );

  // A word holds its codes by result, those of one result side by side.
  for (genvar o = 0; o < OutLanes; o++) begin : gen_result
    for (genvar i = 0; i < InLanes; i++) begin : gen_code
      localparam int Place = Transposed ? o*InLanes + i : i*OutLanes + o;

      assign word_data[(o*InLanes + i)*BBits +: BBits] = held_data[Place*BBits +: BBits];
    end
  end

  logic [WordBits+ABits*InLanes-1:0] pair_data;
  logic                              pair_valid, pair_ready;

  litho_stream_join #(
    .WidthA(ABits * InLanes),
    .WidthB(WordBits)
  ) u_join (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .a_data_i(code_data),
    .a_valid_i(code_valid),
    .a_ready_o(code_ready),
    .b_data_i(word_data),
    .b_valid_i(held_valid),
    .b_ready_o(held_ready),
    .out_data_o(pair_data),
    .out_valid_o(pair_valid),
    .out_ready_i(pair_ready)
  );

  // The place of a pair among those of a result.
  logic [BeatBits-1:0] place_q;
  logic                is_last, unused;

  assign is_last = place_q == BeatBits'(Beats - 1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) place_q <= '0;
    else if (pair_valid && pair_ready) place_q <= is_last ? '0 : place_q + BeatBits'(1);
  end

  litho_dot_stream #(
    .ABits(ABits),
    .ASigned(ASigned),
    .BBits(BBits),
    .BSigned(BSigned),
    .OutBits(OutBits),
    .InLanes(InLanes),
    .OutLanes(OutLanes)
  ) u_dot (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(pair_data),
    .in_hold_i(1'b0),
    .in_last_i(is_last),
    .in_valid_i(pair_valid),
    .in_ready_o(pair_ready),
    .start_i('0),
    .next_o(unused),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
