// Double buffer of banks, each written and read at places of its own.
//
// What it computes: a beat of `in` holds for each bank {is_written, place, word}, bank 0 low: the
// word goes to its place when is_written. Writes beats make a matrix. Then Reads beats of `place`
// name the places that are read of it, one in each bank, and `out` gives their words.
// Reference: litho.rtl.mem.banked_buffer.BankedBuffer
// One matrix is read while the next one is written: both halves of the memory change places when
// the last word is read. A matrix is read when its last beat is there. A place that no beat of a
// matrix wrote holds whatever was there.
// Latency Writes + 1 cycles for a matrix whose beats come one a cycle. One beat in and one out a
// cycle, so that the interval is the greater of the two counts. The read is synchronous: data_q is
// the memory's own register.
//
//   in ---->[ mem (2 matrices), one for each bank ]--->[ data_q ]---> out
//   place -----^
`default_nettype none
module litho_banked_buffer #(
  parameter int Width  = 8,  // bits of a word
  parameter int Banks  = 2,  // memories side by side
  parameter int Words  = 4,  // words of a matrix in each of them
  parameter int Writes = 4,  // beats in that make a matrix
  parameter int Reads  = 4,  // beats out of a matrix
  localparam int PlaceBits = Words > 1 ? $clog2(Words) : 1,
  localparam int CodeBits = 1 + PlaceBits + Width
) (
  input  wire logic                       clk_i,
  input  wire logic                       rst_ni,
  input  wire logic [CodeBits*Banks-1:0]  in_data_i,
  input  wire logic                       in_valid_i,
  output wire logic                       in_ready_o,
  input  wire logic [PlaceBits*Banks-1:0] place_data_i,
  input  wire logic                       place_valid_i,
  output wire logic                       place_ready_o,
  output wire logic [Width*Banks-1:0]     out_data_o,
  output wire logic                       out_valid_o,
  input  wire logic                       out_ready_i
);
  localparam int AddressBits = $clog2(2 * Words);
  localparam int WriteBits = Writes > 1 ? $clog2(Writes) : 1;
  localparam int ReadBits = Reads > 1 ? $clog2(Reads) : 1;

  logic [1:0]           full_q;  // matrices that are whole and not read to the end
  logic [WriteBits-1:0] write_q;
  logic [ReadBits-1:0]  read_q;
  logic                 in_upper_q, out_upper_q;  // whether the upper half is written, and read
  logic                 push, fetch, is_whole, is_read, valid_q;

  assign in_ready_o = full_q != 2'd2;
  assign push = in_valid_i && in_ready_o;
  assign is_whole = push && write_q == WriteBits'(Writes - 1);
  assign place_ready_o = full_q != '0 && (!valid_q || out_ready_i);
  assign fetch = place_valid_i && place_ready_o;
  assign is_read = fetch && read_q == ReadBits'(Reads - 1);
  assign out_valid_o = valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) full_q <= '0;
    else if (is_whole && !is_read) full_q <= full_q + 2'd1;
    else if (is_read && !is_whole) full_q <= full_q - 2'd1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) write_q <= '0;
    else if (push) write_q <= is_whole ? '0 : write_q + WriteBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) read_q <= '0;
    else if (fetch) read_q <= is_read ? '0 : read_q + ReadBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) in_upper_q <= 1'b0;
    else if (is_whole) in_upper_q <= !in_upper_q;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) out_upper_q <= 1'b0;
    else if (is_read) out_upper_q <= !out_upper_q;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (!valid_q || out_ready_i) valid_q <= fetch;
  end

  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    // A word is never read in the cycle in which it is written. The halves lie interleaved, so
    // that an address is a place and a bit, whatever the number of words.
    (* no_rw_check *) logic [Width-1:0] mem [2*Words];
    logic [Width-1:0]       data_q;
    logic [CodeBits-1:0]    code;
    logic [AddressBits-1:0] write_address, read_address;

    assign code = in_data_i[b*CodeBits +: CodeBits];
    assign write_address = AddressBits'({code[Width +: PlaceBits], in_upper_q});
    assign read_address = AddressBits'({place_data_i[b*PlaceBits +: PlaceBits], out_upper_q});
    assign out_data_o[b*Width +: Width] = data_q;

    always_ff @(posedge clk_i) begin
      if (push && code[CodeBits-1]) mem[write_address] <= code[Width-1:0];
    end

    always_ff @(posedge clk_i) begin
      if (fetch) data_q <= mem[read_address];
    end
  end
endmodule
`default_nettype wire
