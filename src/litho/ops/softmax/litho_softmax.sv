// Softmax of each row.
//
// What it computes: out[i] = exp(in[i]) / (sum over the row of exp(in)), rounded.
// Reference: litho.ops.softmax.reference.evaluate (docs/numerics.md, section 9)
// One beat a cycle as long as a row has as many beats as its reciprocal steps. Latency and
// structure are those of litho_softmax_rows.
`default_nettype none
module litho_softmax #(
  parameter int InBits      = 8,   // bits of an input code
  parameter bit InSigned    = 1,   // whether input codes are signed
  parameter int OutBits     = 8,   // bits of a result
  parameter bit OutSigned   = 0,   // whether results are signed
  parameter int Rounding    = 0,   // 0 half_even, 1 floor, 2 toward_zero, 3 half_up
  parameter int Lanes       = 1,   // codes in a beat
  parameter int Row         = 8,   // codes in a row
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
  output wire logic [OutBits*Lanes-1:0] out_data_o,
  output wire logic                     out_valid_o,
  input  wire logic                     out_ready_i
);
  localparam int CountBits = $clog2(Row + 1);

  litho_softmax_rows #(
    .InBits(InBits),
    .InSigned(InSigned),
    .CountBits(CountBits),
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
    .in_data_i({CountBits'(Row), in_data_i}),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
