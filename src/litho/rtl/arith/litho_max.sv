// Greatest of signed terms: a balanced tree of comparisons.
//
// What it computes: out_o = the greatest of in_i[0] ... in_i[Terms-1].
// Reference: NumPy's max of int64 codes
// Combinational. The tree calls itself on halves.
// A recursive module cannot be the top of a Verilator run: it is linted as a part of
// litho_row_fold.
`default_nettype none
module litho_max #(
  parameter int Terms = 2,  // terms
  parameter int Bits  = 8   // bits of a term
) (
  input  wire logic [Bits*Terms-1:0] in_i,
  output wire logic [Bits-1:0]       out_o
);
  if (Terms == 1) begin : gen_leaf
    assign out_o = in_i;
  end else begin : gen_tree
    localparam int LeftTerms = Terms / 2;
    localparam int RightTerms = Terms - LeftTerms;

    logic signed [Bits-1:0] left, right;

    litho_max #(
      .Terms(LeftTerms),
      .Bits(Bits)
    ) u_left (
      .in_i(in_i[Bits*LeftTerms-1:0]),
      .out_o(left)
    );
    litho_max #(
      .Terms(RightTerms),
      .Bits(Bits)
    ) u_right (
      .in_i(in_i[Bits*Terms-1:Bits*LeftTerms]),
      .out_o(right)
    );

    assign out_o = left > right ? left : right;
  end
endmodule
`default_nettype wire
