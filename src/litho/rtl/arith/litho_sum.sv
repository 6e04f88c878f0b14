// Sum of signed terms: a balanced tree of adders.
//
// What it computes: out_o = sum of in_i[0] ... in_i[Terms-1], modulo 2^OutBits.
// Reference: NumPy's sum of int64 codes
// Combinational. The tree calls itself on halves, and each level has just the bits it needs.
// A recursive module cannot be the top of a Verilator run: it is linted as a part of litho_dot.
`default_nettype none
module litho_sum #(
  parameter int Terms   = 2,  // terms
  parameter int InBits  = 8,  // bits of a term
  parameter int OutBits = 9   // bits of the sum
) (
  input  wire logic [InBits*Terms-1:0] in_i,
  output wire logic [OutBits-1:0]      out_o
);
  if (Terms == 1) begin : gen_leaf
    assign out_o = OutBits'($signed(in_i));

    if (OutBits < InBits) begin : gen_cut
      logic unused;
      assign unused = ^in_i[InBits-1:OutBits];
    end
  end else begin : gen_tree
    localparam int LeftTerms = Terms / 2;
    localparam int RightTerms = Terms - LeftTerms;
    localparam int NeededBits = InBits + $clog2(RightTerms);
    localparam int HalfBits = NeededBits < OutBits ? NeededBits : OutBits;

    logic [HalfBits-1:0] left, right;

    litho_sum #(
      .Terms(LeftTerms),
      .InBits(InBits),
      .OutBits(HalfBits)
    ) u_left (
      .in_i(in_i[InBits*LeftTerms-1:0]),
      .out_o(left)
    );
    litho_sum #(
      .Terms(RightTerms),
      .InBits(InBits),
      .OutBits(HalfBits)
    ) u_right (
      .in_i(in_i[InBits*Terms-1:InBits*LeftTerms]),
      .out_o(right)
    );

    assign out_o = OutBits'($signed(left)) + OutBits'($signed(right));
  end
endmodule
`default_nettype wire
