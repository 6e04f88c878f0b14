// Bench of litho_loaded_ram: a memory as one stage of a stream, held in reset until it is full.
//
// What it computes: out = the word at address in.
// Reference: litho.rtl.bench.loaded_ram_block
// Latency 1, one beat a cycle.
`default_nettype none
module bench_loaded_ram #(
  parameter int LoadBits = 32,
  parameter int Width    = 8,
  parameter int Depth    = 2,
  localparam int AddressBits = Depth > 1 ? $clog2(Depth) : 1
) (
  input  wire logic                   clk_i,
  input  wire logic                   rst_ni,
  input  wire logic [LoadBits-1:0]    load_data_i,
  input  wire logic                   load_valid_i,
  input  wire logic                   load_start_i,
  output wire logic                   load_full_o,
  input  wire logic [AddressBits-1:0] in_data_i,
  input  wire logic                   in_valid_i,
  output wire logic                   in_ready_o,
  output wire logic [Width-1:0]       out_data_o,
  output wire logic                   out_valid_o,
  input  wire logic                   out_ready_i
);
  logic valid_q;

  assign in_ready_o = load_full_o && (!valid_q || out_ready_i);
  assign out_valid_o = valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (!valid_q || out_ready_i) valid_q <= in_valid_i && in_ready_o;
  end

  litho_loaded_ram #(
    .LoadBits(LoadBits),
    .Width(Width),
    .Depth(Depth)
  ) u_ram (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .load_data_i(load_data_i),
    .load_valid_i(load_valid_i),
    .load_start_i(load_start_i),
    .load_full_o(load_full_o),
    .en_i(in_ready_o),
    .addr_i(in_data_i),
    .data_o(out_data_o)
  );
endmodule
`default_nettype wire
