#include "kernels/gpu/gpu_plugin.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>
#include <utility>

#include "kernels/shared_library.hpp"

namespace assay {

namespace fs = std::filesystem;

namespace {

constexpr const char* kFile = "libassay_cuda.so";
constexpr const char* kVariable = "ASSAY_CUDA_PLUGIN";

}  // namespace

Reading<GpuPlugin> GpuPlugin::of(const AssayGpuPlugin* table, std::string path) {
  if (table == nullptr) {
    return Unavailable{path + ": gives no table of functions"};
  }
  if (table->interface_version != ASSAY_GPU_INTERFACE_VERSION || table->table_bytes != sizeof(AssayGpuPlugin)) {
    return Unavailable{fmt::format(
        "{}: was built for another version of the program (interface {} of {} bytes, here {} of "
        "{}); build both together",
        path, table->interface_version, table->table_bytes, ASSAY_GPU_INTERFACE_VERSION, sizeof(AssayGpuPlugin))};
  }
  return GpuPlugin(table, std::move(path));
}

std::vector<fs::path> gpu_plugin_places() {
  if (const char* const named = std::getenv(kVariable);
      named != nullptr && *named != '\0') {  // NOLINT(concurrency-mt-unsafe)
    return {fs::path(named)};
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) {
    return {};
  }
  const fs::path folder = program.parent_path();
  return {folder / kFile, folder.parent_path() / ASSAY_LIBRARY_FOLDER / "assay" / kFile,
          folder.parent_path() / "lib" / "assay" / kFile};
}

Reading<GpuPlugin> open_gpu_plugin() { return open_gpu_plugin(gpu_plugin_places()); }

Reading<GpuPlugin> open_gpu_plugin(const std::vector<fs::path>& places) {
  for (const fs::path& place : places) {
    std::error_code error;
    if (!fs::is_regular_file(place, error)) {
      continue;
    }
    const Reading<SharedLibrary> library = SharedLibrary::open({place.c_str()});
    if (!library) {
      return Unavailable{library.reason()};
    }
    const auto entry = library->function<AssayGpuEntry>(ASSAY_GPU_ENTRY);
    if (entry == nullptr) {
      return Unavailable{
          fmt::format("{}: has no function {}, so it is no library of this program", place.string(), ASSAY_GPU_ENTRY)};
    }
    return GpuPlugin::of(entry(), place.string());
  }
  return Unavailable{
      fmt::format("{} is not there ({}); build with a CUDA toolkit: cmake --preset cuda", kFile,
                  places.empty() ? "the program's folder is not known" : "looked at " + places.front().string())};
}

}  // namespace assay
