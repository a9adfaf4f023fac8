#include "lab/file_commands.hpp"

#include "lab/export_command.hpp"
#include "lab/import_command.hpp"
#include "lab/show_command.hpp"
#include "lab/sign_command.hpp"
#include "lab/validate_command.hpp"

namespace assay {

void add_file_commands(CommandAdder& adder) {
  add_show_command(adder);
  add_validate_command(adder);
  add_sign_commands(adder);
  add_import_command(adder);
  add_export_command(adder);
}

}  // namespace assay
