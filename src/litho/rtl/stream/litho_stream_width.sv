// Width change: the same rows with another number of lanes (docs/stream.md, section 3).
//
// What it computes: nothing; each row is cut into beats of OutLanes codes. One of the two lane
// counts divides the other. Rows stay aligned: the last beat of a row is padded with zeros, and
// beats of padding alone are not sent.
// Reference: litho.rtl.stream.width.width
// Narrower: latency 1; a register holds a beat while its parts are sent, one a cycle.
// Wider by a factor K: latency min(K, beats of a row) - 1; the last part of a beat goes straight
// through, those before it lie in parts_q. One input beat a cycle.
//
//   in --->[ register ]--->{ part part_q }---> out      narrower
//   in --->[ parts_q ]---->{ side by side }---> out     wider
//    \----------------------^
`default_nettype none
module litho_stream_width #(
  parameter int Bits     = 8,  // bits of a code
  parameter int InLanes  = 2,  // codes in an input beat
  parameter int OutLanes = 1,  // codes in an output beat
  parameter int Row      = 2   // codes in a row
) (
  input  wire logic                     clk_i,
  input  wire logic                     rst_ni,
  input  wire logic [Bits*InLanes-1:0]  in_data_i,
  input  wire logic                     in_valid_i,
  output wire logic                     in_ready_o,
  output wire logic [Bits*OutLanes-1:0] out_data_o,
  output wire logic                     out_valid_o,
  input  wire logic                     out_ready_i
);
  localparam bit IsNarrower = OutLanes < InLanes;
  localparam int Few = IsNarrower ? OutLanes : InLanes;   // lanes of a part
  localparam int Many = IsNarrower ? InLanes : OutLanes;  // lanes of a whole beat
  localparam int Parts = Many / Few;                      // parts of a whole beat
  localparam int RowParts = (Row + Few - 1) / Few;        // parts of a row
  localparam int PartWidth = Bits * Few;
  localparam int PartBits = Parts > 1 ? $clog2(Parts) : 1;
  localparam int RowBits = RowParts > 1 ? $clog2(RowParts) : 1;

  if (Few * Parts != Many) begin : gen_check
    initial $fatal(1, "litho_stream_width: InLanes and OutLanes must divide, not %0d and %0d",
                   InLanes, OutLanes);
  end

  if (Parts == 1) begin : gen_wires
    logic unused;
    assign unused = clk_i ^ rst_ni;
    assign out_data_o = in_data_i;
    assign out_valid_o = in_valid_i;
    assign in_ready_o = out_ready_i;
  end else begin : gen_change
    logic [PartBits-1:0] part_q;    // place of the present part in its whole beat
    logic [RowBits-1:0]  place_q;   // place of the present part in its row
    logic                is_last, step;

    // The present part is the last of its whole beat.
    assign is_last = part_q == PartBits'(Parts - 1) || place_q == RowBits'(RowParts - 1);
    assign step = IsNarrower ? out_valid_o && out_ready_i : in_valid_i && in_ready_o;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) part_q <= '0;
      else if (step) part_q <= is_last ? '0 : part_q + PartBits'(1);
    end

    always_ff @(posedge clk_i) begin
      if (!rst_ni) place_q <= '0;
      else if (step) begin
        place_q <= place_q == RowBits'(RowParts - 1) ? '0 : place_q + RowBits'(1);
      end
    end

    if (IsNarrower) begin : gen_narrower
      logic [Bits*InLanes-1:0] held;

      litho_stream_register #(
        .Width(Bits * InLanes)
      ) u_register (
        .clk_i(clk_i),
        .rst_ni(rst_ni),
        .in_data_i(in_data_i),
        .in_valid_i(in_valid_i),
        .in_ready_o(in_ready_o),
        .out_data_o(held),
        .out_valid_o(out_valid_o),
        .out_ready_i(out_ready_i && is_last)
      );

      assign out_data_o = held[32'(part_q)*PartWidth +: PartWidth];
    end else begin : gen_wider
      logic [PartWidth*(Parts-1)-1:0] parts_q;

      for (genvar i = 0; i < Parts - 1; i++) begin : gen_part
        always_ff @(posedge clk_i) begin
          if (step && part_q == PartBits'(i)) parts_q[i*PartWidth +: PartWidth] <= in_data_i;
        end

        assign out_data_o[i*PartWidth +: PartWidth] =
            part_q == PartBits'(i) ? in_data_i
            : part_q > PartBits'(i) ? parts_q[i*PartWidth +: PartWidth] : '0;
      end

      assign out_data_o[(Parts-1)*PartWidth +: PartWidth] =
          part_q == PartBits'(Parts - 1) ? in_data_i : '0;
      assign out_valid_o = in_valid_i && is_last;
      assign in_ready_o = out_ready_i || !is_last;
    end
  end
endmodule
`default_nettype wire
