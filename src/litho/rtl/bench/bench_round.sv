// Bench of litho_round: one rounding between two streams.
//
// What it computes: out = litho_round(in, shift), a code of the input being {shift, in}.
// Reference: litho.rtl.bench.round_block
// Latency 1, one beat a cycle.
`default_nettype none
module bench_round #(
  parameter int InBits    = 16,
  parameter int OutBits   = 8,
  parameter bit OutSigned = 1,
  parameter int Rounding  = 0,
  parameter int ShiftBits = 4
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,
  input  wire logic [ShiftBits+InBits-1:0] in_data_i,
  input  wire logic                        in_valid_i,
  output wire logic                        in_ready_o,
  output wire logic [OutBits-1:0]          out_data_o,
  output wire logic                        out_valid_o,
  input  wire logic                        out_ready_i
);
  logic [OutBits-1:0] rounded;

  litho_round #(
    .InBits(InBits),
    .OutBits(OutBits),
    .OutSigned(OutSigned),
    .Rounding(Rounding),
    .ShiftBits(ShiftBits)
  ) u_round (
    .in_i(in_data_i[InBits-1:0]),
    .shift_i(in_data_i[ShiftBits+InBits-1:InBits]),
    .out_o(rounded)
  );
  litho_stream_register #(
    .Width(OutBits)
  ) u_register (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(rounded),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
