// Bench of litho_rom: a memory as one stage of a stream.
//
// What it computes: out = the word at address in.
// Reference: litho.rtl.bench.rom_block
// Latency 1, one beat a cycle.
`default_nettype none
module bench_rom #(
  parameter int Width   = 8,
  parameter int Depth   = 2,
  parameter     MemFile = "",
  localparam int AddressBits = Depth > 1 ? $clog2(Depth) : 1
) (
  input  wire logic                   clk_i,
  input  wire logic                   rst_ni,
  input  wire logic [AddressBits-1:0] in_data_i,
  input  wire logic                   in_valid_i,
  output wire logic                   in_ready_o,
  output wire logic [Width-1:0]       out_data_o,
  output wire logic                   out_valid_o,
  input  wire logic                   out_ready_i
);
  logic valid_q;

  assign in_ready_o = !valid_q || out_ready_i;
  assign out_valid_o = valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (in_ready_o) valid_q <= in_valid_i;
  end

  litho_rom #(
    .Width(Width),
    .Depth(Depth),
    .MemFile(MemFile)
  ) u_rom (
    .clk_i(clk_i),
    .en_i(in_ready_o),
    .addr_i(in_data_i),
    .data_o(out_data_o)
  );
endmodule
`default_nettype wire
