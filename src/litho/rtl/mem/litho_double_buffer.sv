// Double buffer: holds a matrix of beats whole, and gives its words in another order.
//
// What it computes: word w holds, for p < Parts, beat w % Beats of row w / Beats * Parts + p of the
// matrix, part 0 low, zeros where there is no such row. Words are given in the order of
//   for outer < OuterCount, for middle < MiddleCount, for inner < InnerCount:
//     word outer * OuterStep + middle * MiddleStep + inner * InnerStep.
// Reference: litho.rtl.mem.double_buffer.DoubleBuffer
// One matrix is read while the next one is written: both halves of the memory change places when
// the last word is read. A matrix is read when its last beat is there.
// Latency Rows * Beats + 1 cycles for a matrix whose beats come one a cycle. One beat in and one
// word out a cycle, so that the interval is the greater of the two counts. The read is synchronous:
// data_q is the memory's own register.
//
//   in --->[ mem (2 matrices), one for each part ]--->[ data_q ]---> out
`default_nettype none
module litho_double_buffer #(
  parameter int Width       = 8,  // bits of a beat
  parameter int Rows        = 2,  // rows of a matrix
  parameter int Beats       = 2,  // beats in a row
  parameter int Parts       = 1,  // rows side by side in a word
  parameter int OuterCount  = 1,  // turns of the outer loop over the words
  parameter int OuterStep   = 0,  // words from one turn to the next
  parameter int MiddleCount = 2,  // turns of the loop inside it
  parameter int MiddleStep  = 1,  // words from one turn to the next
  parameter int InnerCount  = 2,  // turns of the innermost loop
  parameter int InnerStep   = 2   // words from one turn to the next
) (
  input  wire logic                   clk_i,
  input  wire logic                   rst_ni,
  input  wire logic [Width-1:0]       in_data_i,
  input  wire logic                   in_valid_i,
  output wire logic                   in_ready_o,
  output wire logic [Width*Parts-1:0] out_data_o,
  output wire logic                   out_valid_o,
  input  wire logic                   out_ready_i
);
  localparam int Words = (Rows + Parts - 1) / Parts * Beats;
  localparam int LastPart = (Rows - 1) % Parts;  // part of the last row
  localparam int AddressBits = $clog2(2 * Words);
  localparam int PartBits = Parts > 1 ? $clog2(Parts) : 1;
  localparam int BeatBits = Beats > 1 ? $clog2(Beats) : 1;
  localparam int OuterBits = OuterCount > 1 ? $clog2(OuterCount) : 1;
  localparam int MiddleBits = MiddleCount > 1 ? $clog2(MiddleCount) : 1;
  localparam int InnerBits = InnerCount > 1 ? $clog2(InnerCount) : 1;
  localparam int InnerSpan = (InnerCount - 1) * InnerStep;
  localparam int MiddleSpan = (MiddleCount - 1) * MiddleStep + InnerSpan;

  logic [1:0] full_q;  // matrices that are whole and not read to the end
  logic       push, fetch, is_whole, is_read;

  assign in_ready_o = full_q != 2'd2;
  assign push = in_valid_i && in_ready_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) full_q <= '0;
    else if (push && is_whole && !(fetch && is_read)) full_q <= full_q + 2'd1;
    else if (fetch && is_read && !(push && is_whole)) full_q <= full_q - 2'd1;
  end

  // Where the next beat goes. The halves lie one after the other.
  logic [AddressBits-1:0] write_q;
  logic [PartBits-1:0]    part_q;
  logic [BeatBits-1:0]    beat_q;
  logic                   is_half_end, is_row_end, is_last_part;

  assign is_half_end = write_q == AddressBits'(Words - 1) || write_q == AddressBits'(2*Words - 1);
  assign is_row_end = beat_q == BeatBits'(Beats - 1);
  assign is_last_part =
      part_q == PartBits'(Parts - 1) || (is_half_end && part_q == PartBits'(LastPart));
  assign is_whole = is_half_end && part_q == PartBits'(LastPart);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) beat_q <= '0;
    else if (push) beat_q <= is_row_end ? '0 : beat_q + BeatBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) part_q <= '0;
    else if (push && is_row_end) part_q <= is_last_part ? '0 : part_q + PartBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) write_q <= '0;
    else if (push) begin
      if (is_row_end && !is_last_part) write_q <= write_q - AddressBits'(Beats - 1);
      else write_q <= write_q == AddressBits'(2*Words - 1) ? '0 : write_q + AddressBits'(1);
    end
  end

  // Which word is read next.
  logic [AddressBits-1:0] read_q, step;
  logic [OuterBits-1:0]   outer_q;
  logic [MiddleBits-1:0]  middle_q;
  logic [InnerBits-1:0]   inner_q;
  logic                   in_upper_q;  // whether the upper half is read
  logic                   is_inner_end, is_middle_end, valid_q;

  assign is_inner_end = inner_q == InnerBits'(InnerCount - 1);
  assign is_middle_end = is_inner_end && middle_q == MiddleBits'(MiddleCount - 1);
  assign is_read = is_middle_end && outer_q == OuterBits'(OuterCount - 1);
  assign step = !is_inner_end ? AddressBits'(InnerStep)
              : !is_middle_end ? AddressBits'(MiddleStep - InnerSpan)
              : AddressBits'(OuterStep - MiddleSpan);
  assign fetch = full_q != '0 && (!valid_q || out_ready_i);
  assign out_valid_o = valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) inner_q <= '0;
    else if (fetch) inner_q <= is_inner_end ? '0 : inner_q + InnerBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) middle_q <= '0;
    else if (fetch && is_inner_end) middle_q <= is_middle_end ? '0 : middle_q + MiddleBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) outer_q <= '0;
    else if (fetch && is_middle_end) outer_q <= is_read ? '0 : outer_q + OuterBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) in_upper_q <= 1'b0;
    else if (fetch && is_read) in_upper_q <= !in_upper_q;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) read_q <= '0;
    else if (fetch && is_read) read_q <= in_upper_q ? '0 : AddressBits'(Words);
    else if (fetch) read_q <= read_q + step;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (!valid_q || out_ready_i) valid_q <= full_q != '0;
  end

  for (genvar p = 0; p < Parts; p++) begin : gen_part
    // A word is never read in the cycle in which it is written.
    (* no_rw_check *) logic [Width-1:0] mem [2*Words];
    logic [Width-1:0] data_q;
    logic [Width-1:0] beat;
    logic             is_written;

    // With the first row of a word come zeros for the parts that no row comes to.
    if (p > LastPart) begin : gen_short
      assign is_written = part_q == PartBits'(p) || part_q == '0;
      assign beat = part_q == '0 ? '0 : in_data_i;
    end else begin : gen_always
      assign is_written = part_q == PartBits'(p);
      assign beat = in_data_i;
    end

    assign out_data_o[p*Width +: Width] = data_q;

    always_ff @(posedge clk_i) begin
      if (push && is_written) mem[write_q] <= beat;
    end

    always_ff @(posedge clk_i) begin
      if (fetch) data_q <= mem[read_q];
    end
  end
endmodule
`default_nettype wire
