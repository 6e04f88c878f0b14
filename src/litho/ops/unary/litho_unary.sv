// One-input function: a table, looked up by each lane.
//
// What it computes: out[i] = table[in[i]], the code read as an unsigned address.
// Reference: litho.ops.unary.reference.evaluate
// Latency 1, one beat a cycle. The register is the memory's own.
`default_nettype none
module litho_unary #(
  parameter int InBits  = 8,  // bits of an input code
  parameter int OutBits = 8,  // bits of an entry
  parameter int Lanes   = 1,  // codes in a beat
  parameter     MemFile = ""  // 2^InBits entries; of a signed code, 0 and above come first
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
  logic valid_q;

  assign in_ready_o  = !valid_q || out_ready_i;
  assign out_valid_o = valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (in_ready_o) valid_q <= in_valid_i;
  end

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    litho_rom #(
      .Width(OutBits),
      .Depth(1 << InBits),
      .MemFile(MemFile)
    ) u_table (
      .clk_i(clk_i),
      .en_i(in_valid_i && in_ready_o),
      .addr_i(in_data_i[i*InBits +: InBits]),
      .data_o(out_data_o[i*OutBits +: OutBits])
    );
  end
endmodule
`default_nettype wire
