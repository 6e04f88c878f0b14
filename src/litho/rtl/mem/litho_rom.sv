// Read-only memory with a synchronous read.
//
// What it computes: data_o = mem[addr_i of the last cycle in which en_i was high].
// Reference: litho.rtl.mem.rom.rom_resources
// Latency 1. The output register is the memory's own: it stands in a pipeline as the data register
// of a stage, with en_i high when the stage moves on.
//
// The file holds Depth lines, each one word of ceil(Width / 4) hexadecimal digits. At time zero
// simulation stops, naming the file, when it is absent, empty, short, long or malformed.
`default_nettype none
module litho_rom #(
  parameter int Width   = 8,   // bits of a word
  parameter int Depth   = 2,   // words
  parameter     MemFile = "",  // name of the file
  localparam int AddressBits = Depth > 1 ? $clog2(Depth) : 1
) (
  input  wire logic                   clk_i,
  input  wire logic                   en_i,
  input  wire logic [AddressBits-1:0] addr_i,
  output wire logic [Width-1:0]       data_o
);
  logic [Width-1:0] mem [Depth];
  logic [Width-1:0] data_q;

  assign data_o = data_q;

  always_ff @(posedge clk_i) begin
    if (en_i) data_q <= mem[addr_i];
  end

`ifdef SYNTHESIS
  initial $readmemh(MemFile, mem);
`else
  localparam int Digits = (Width + 3) / 4;         // digits of a word
  localparam int TopBits = Width - 4*(Digits - 1); // bits of its first digit

  initial begin
    check_file;
    $readmemh(MemFile, mem);
  end

  task automatic check_file;
    int file, letter, words, digits;
    file = $fopen(MemFile, "r");
    if (file == 0) $fatal(1, "memory file '%s' must be there, and is absent", MemFile);
    words = 0;
    digits = 0;
    letter = $fgetc(file);
    while (letter >= 0) begin
      if (letter == 10) begin
        if (digits != Digits) begin
          $fatal(1, "memory file '%s' must hold words of %0d digits, not %0d, in line %0d",
                 MemFile, Digits, digits, words + 1);
        end
        words = words + 1;
        digits = 0;
      end else begin
        if (digit_of(letter) < 0 || (digits == 0 && digit_of(letter) >= (1 << TopBits))) begin
          $fatal(1, "memory file '%s' must hold words of %0d bits, and line %0d does not",
                 MemFile, Width, words + 1);
        end
        digits = digits + 1;
      end
      letter = $fgetc(file);
    end
    $fclose(file);
    if (words != Depth || digits != 0) begin
      $fatal(1, "memory file '%s' must hold %0d whole lines, not %0d", MemFile, Depth, words);
    end
  endtask

  // The value of a hexadecimal digit, -1 for any other letter.
  function automatic int digit_of(input int letter);
    digit_of = -1;
    if (letter >= 48 && letter <= 57) digit_of = letter - 48;
    if (letter >= 65 && letter <= 70) digit_of = letter - 55;
    if (letter >= 97 && letter <= 102) digit_of = letter - 87;
  endfunction
`endif
endmodule
`default_nettype wire
