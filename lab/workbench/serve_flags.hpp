#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

class CommandAdder;

/// `assay lab serve`, below `lab`; `assay lab` alone does the same.
void add_lab_serve(CommandAdder& adder, CLI::App* lab);

}  // namespace assay
