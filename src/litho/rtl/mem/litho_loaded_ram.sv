// Memory that a stream fills once after reset, with a synchronous read.
//
// What it computes: data_o = mem[addr_i of the last cycle in which en_i was high].
// Reference: litho.rtl.mem.loaded_ram.LoadedRam
// Latency 1, as litho_rom, in whose place it stands. A word comes in ceil(Width / LoadBits) beats,
// the low bits first, word 0 first; what a last beat has above the word is not kept. All memories
// of a design hear the same beats: one takes them from the cycle on in which load_start_i is high,
// because those before it are full, until load_full_o is. It takes every beat that is valid
// meanwhile, so that the stream of a design is ready until the last of its memories is full.
// A reset begins anew, at the first word; the words themselves are not reset.
//
// Beat p of a word has a bank of its own, so that no beat waits in a register for the rest. What is
// read before the memory is full may be anything.
//
//   load -+-> [ bank 0 ] -+-> [ data_q ] -> data
//         '-> [ bank 1 ] -'
`default_nettype none
module litho_loaded_ram #(
  parameter int LoadBits = 32,  // bits of a beat of the stream that fills it
  parameter int Width    = 8,   // bits of a word
  parameter int Depth    = 2,   // words
  localparam int AddressBits = Depth > 1 ? $clog2(Depth) : 1
) (
  input  wire logic                   clk_i,
  input  wire logic                   rst_ni,
  input  wire logic [LoadBits-1:0]    load_data_i,
  input  wire logic                   load_valid_i,
  input  wire logic                   load_start_i,
  output wire logic                   load_full_o,
  input  wire logic                   en_i,
  input  wire logic [AddressBits-1:0] addr_i,
  output wire logic [Width-1:0]       data_o
);
  localparam int Parts = (Width + LoadBits - 1) / LoadBits;  // beats of a word
  localparam int PartBits = Parts > 1 ? $clog2(Parts) : 1;

  logic [AddressBits-1:0] word_q;
  logic [PartBits-1:0]    part_q;
  logic                   full_q, is_taken, is_word;

  assign load_full_o = full_q;
  assign is_taken = load_valid_i && load_start_i && !full_q;
  assign is_word = is_taken && part_q == PartBits'(Parts - 1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) part_q <= '0;
    else if (is_taken) part_q <= is_word ? '0 : part_q + PartBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) word_q <= '0;
    else if (is_word) word_q <= word_q + AddressBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) full_q <= 1'b0;
    else if (is_word && word_q == AddressBits'(Depth - 1)) full_q <= 1'b1;
  end

  for (genvar p = 0; p < Parts; p++) begin : gen_bank
    localparam int Bits = p < Parts - 1 ? LoadBits : Width - p*LoadBits;

    // A word is never read for use in the cycle in which it is written.
    (* no_rw_check *) logic [Bits-1:0] mem [Depth];
    logic [Bits-1:0] data_q;

    assign data_o[p*LoadBits +: Bits] = data_q;

    always_ff @(posedge clk_i) begin
      if (is_taken && part_q == PartBits'(p)) mem[word_q] <= load_data_i[Bits-1:0];
    end

    always_ff @(posedge clk_i) begin
      if (en_i) data_q <= mem[addr_i];
    end
  end

  if (Width < LoadBits) begin : gen_unused
    logic unused;
    assign unused = ^load_data_i[LoadBits-1:Width];
  end
endmodule
`default_nettype wire
