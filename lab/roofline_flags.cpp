#include "lab/roofline_flags.hpp"

#include <CLI/CLI.hpp>
#include "lab/command_flags.hpp"

namespace assay {

void add_roofline_flags(CLI::App& sub, RooflineCommandOptions& roofline, int& events_descriptor) {
  RooflineOptions& what = roofline.roofline;
  sub.add_option("--only", what.only, "parts: compute,bandwidth,intensity,latency,dots (default: all)")
      ->type_name("LIST")
      ->group("Work");
  sub.add_option("--workload", what.workload, "this workload as a point instead of the dots")
      ->type_name("NAME[:PARAM=VALUE,...]")
      ->group("Work");
  sub.add_flag("--layers", what.layers, "and each layer of it alone, as it runs within")->group("Work");
  sub.add_option("--place", roofline.place, "result files, or folders of them, shown as points under the roofs")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("RUN|DIR")
      ->group("Work");
  sub.add_option("--from", roofline.from, "fit a roofline file again instead of measuring")
      ->type_name("FILE")
      ->group("Work");
  sub.add_option("--device", what.device, "cpu, or cuda:N: the roofline of that GPU (default: cpu)")
      ->type_name("NAME")
      ->group("Place");
  sub.add_option("--duration", what.duration, "limit of the measured rounds (default: 14s)")
      ->type_name("T")
      ->group("Length");
  sub.add_option("--seed", what.seed, "of the order and of the operands (default: 1)")->type_name("N")->group("Length");
  sub.add_option("--cpus", what.cpus, "CPUs to use (default: one hardware thread of each core)")
      ->type_name("LIST")
      ->group("Place");
  sub.add_option("--simd", what.simd, "no instruction set wider than this, also in libraries, e.g. avx2 or sse")
      ->type_name("LEVEL")
      ->group("Taken away");
  sub.add_option("--membw", what.membw, "a stream on another CPU reads memory meanwhile, e.g. 4GB/s or max")
      ->type_name("B/s")
      ->group("Taken away");
  sub.add_option("--huge-pages", what.huge_pages, "no: keep transparent huge pages away (default: yes)")
      ->type_name("yes|no")
      ->group("Taken away");
  sub.add_option("--envelope", what.envelope, "what to take away by name, or a file: assay list envelopes")
      ->type_name("NAME|FILE")
      ->group("Taken away");
  sub.add_option("--svg", roofline.svg, "the chart (default: beside the result file)")
      ->type_name("FILE")
      ->group("Output");
  sub.add_option("--csv", roofline.csv, "every ceiling, point and dot as a table")->type_name("FILE")->group("Output");
  sub.add_option("--events-fd", events_descriptor, "be the measuring process: events go to this descriptor")
      ->type_name("FD")
      ->group(kMeasuringProcessGroup);
}

}  // namespace assay
