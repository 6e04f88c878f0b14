// Softmax of the first codes of each row, as many as a side stream says.
//
// What it computes: out[i] = exp(in[i]) / (sum over the codes that count of exp(in)), rounded, for
// i < length; 0 from there on.
// Reference: litho.ops.softmax.reference.evaluate (docs/numerics.md, section 9)
// One length serves all rows of a tensor. One beat a cycle as long as a row has as many beats as
// its reciprocal steps. Latency 1 more than that of litho_softmax, but for a tensor of one beat.
`default_nettype none
module litho_masked_softmax #(
  parameter int InBits      = 8,   // bits of an input code
  parameter bit InSigned    = 1,   // whether input codes are signed
  parameter int LengthBits  = 4,   // bits of a length
  parameter int OutBits     = 8,   // bits of a result
  parameter bit OutSigned   = 0,   // whether results are signed
  parameter int Rounding    = 0,   // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
  parameter int Lanes       = 1,   // codes in a beat
  parameter int Row         = 8,   // codes in a row
  parameter int Rows        = 1,   // rows in a tensor
  parameter int Exponential = 13,  // fraction bits of an exponential
  parameter int Entries     = 257, // words of the table, the last one 0
  parameter int Reciprocal  = 23,  // binary logarithm of what the sum divides
  parameter int Shift       = 15,  // shift to the right that rounds
  parameter int CodeDepth   = 16,  // beats that can wait for the greatest code
  parameter int EntryDepth  = 32,  // beats that can wait for the reciprocal
  parameter     MemFile     = ""   // Entries words of Exponential + 1 bits
) (
  input  wire logic                     clk_i,
  input  wire logic                     rst_ni,
  input  wire logic [InBits*Lanes-1:0]  in_data_i,
  input  wire logic                     in_valid_i,
  output wire logic                     in_ready_o,
  input  wire logic [LengthBits-1:0]    length_data_i,
  input  wire logic                     length_valid_i,
  output wire logic                     length_ready_o,
  output wire logic [OutBits*Lanes-1:0] out_data_o,
  output wire logic                     out_valid_o,
  input  wire logic                     out_ready_i
);
  logic [LengthBits-1:0]              each_data;
  logic [LengthBits+InBits*Lanes-1:0] met_data;
  logic                               each_valid, each_ready, met_valid, met_ready;

  litho_row_repeat #(
    .Width(LengthBits),
    .Beats(1),
    .Repeats(Rows * ((Row + Lanes - 1) / Lanes))
  ) u_lengths (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(length_data_i),
    .in_valid_i(length_valid_i),
    .in_ready_o(length_ready_o),
    .out_data_o(each_data),
    .out_valid_o(each_valid),
    .out_ready_i(each_ready)
  );
  litho_stream_join #(
    .WidthA(InBits * Lanes),
    .WidthB(LengthBits)
  ) u_join (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .a_data_i(in_data_i),
    .a_valid_i(in_valid_i),
    .a_ready_o(in_ready_o),
    .b_data_i(each_data),
    .b_valid_i(each_valid),
    .b_ready_o(each_ready),
    .out_data_o(met_data),
    .out_valid_o(met_valid),
    .out_ready_i(met_ready)
  );
  litho_softmax_rows #(
    .InBits(InBits),
    .InSigned(InSigned),
    .CountBits(LengthBits),
    .OutBits(OutBits),
    .OutSigned(OutSigned),
    .Rounding(Rounding),
    .Lanes(Lanes),
    .Row(Row),
    .Exponential(Exponential),
    .Entries(Entries),
    .Reciprocal(Reciprocal),
    .Shift(Shift),
    .CodeDepth(CodeDepth),
    .EntryDepth(EntryDepth),
    .MemFile(MemFile)
  ) u_rows (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(met_data),
    .in_valid_i(met_valid),
    .in_ready_o(met_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
