#pragma once

#include <cstdint>

#include "lab/flag_reader.hpp"
#include "scenarios/run_request.hpp"

namespace assay {

/// --device of run, tail, soak and their like: with cuda:N the workload is the GPU's kernel of that name, the default
/// is one worker, and the parameter "device" says which card. Throws CommandError (environment_refused) with one line
/// where there is no GPU. After the parameters were read.
void read_device(FlagReader& flags, RunRequest& request);

/// Whether the workload is a GPU's kernel: what it cannot do there is the card's matter and no file's.
[[nodiscard]] bool works_on_gpu(const RunRequest& request);

/// After the last question about the workload in a process that need not be the measuring one: lets go of the GPU.
void let_go_of_device(const RunRequest& request);

/// Throws CommandError (environment_refused): "no GPU: REASON", with the remedy.
void require_gpu(std::int32_t index);

}  // namespace assay
