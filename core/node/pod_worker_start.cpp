// SPDX-License-Identifier: Apache-2.0
// How a Pod's worker starts its containers: image, configuration, process, postStart hook.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/node/pod_status.h"
#include "core/node/pod_worker.h"
#include "core/node/process_user.h"

namespace rockpool::node {

using namespace doc::literals;

namespace {

constexpr sim::Duration kSyncBackOff = std::chrono::seconds{10};
constexpr std::int32_t kStartErrorExitCode = 128;

std::string go_milliseconds(sim::Duration duration) {
  return sim::format_duration(std::chrono::duration_cast<std::chrono::milliseconds>(duration));
}

// 64 hexadecimal digits, as runtimes name containers.
std::string make_container_id(sim::Random& random) {
  constexpr int kWords = 4;
  std::string id = "containerd://";
  for (int word = 0; word < kWords; ++word) id += fmt::format("{:016x}", random.next());
  return id;
}

}  // namespace

bool PodWorker::may_restart(Slot& slot, std::optional<sim::Time> failure) {
  if (!failure) return true;
  const std::string name{spec_of(slot).name()};
  const std::string key = uid_ + "_" + name;
  const sim::Time now = node_.loop.now();
  BackOff& back_off = node_.crash_back_off;
  if (!back_off.is_waiting_since(key, *failure, now)) {
    back_off.next(key, *failure, now);
    return true;
  }
  const sim::Duration delay = back_off.delay(key);
  ContainerState& state = state_of(slot);
  state.waiting_reason = "CrashLoopBackOff";
  state.waiting_message = fmt::format("back-off {} restarting failed container={} pod={}",
                                      sim::format_duration(delay), name, pod_text());
  record(slot, "Warning", "BackOff",
         fmt::format("Back-off restarting failed container {} in pod {}", name, pod_text()));
  publish();
  retry_after(*failure + delay - now);
  return false;
}

const PulledImage* PodWorker::fail_image(Slot& slot, std::string_view reason, std::string message) {
  ContainerState& state = state_of(slot);
  state.waiting_reason = reason;
  state.waiting_message = std::move(message);
  record(slot, "Warning", "Failed", fmt::format("Error: {}", reason));
  return nullptr;
}

sim::Task<const PulledImage*> PodWorker::ensure_image(Slot& slot) {
  const api::Container spec = spec_of(slot);
  const std::string name{spec.image()};
  const std::expected<ImageReference, std::string> reference = parse_image_reference(name);
  if (!reference) {
    std::string message = fmt::format(
        "Failed to apply default image tag \"{0}\": couldn't parse image name \"{0}\": {1}", name,
        reference.error());
    record(slot, "Warning", "InspectFailed", message);
    retry_after(kSyncBackOff);
    co_return fail_image(slot, "InvalidImageName", std::move(message));
  }
  const PulledImage* present = node_.puller.find(*reference);
  const std::string_view policy = spec.image_pull_policy();
  if (present != nullptr && policy != "Always") {
    record(slot, "Normal", "Pulled",
           fmt::format("Container image \"{}\" already present on machine", name));
    co_return present;
  }
  if (policy == "Never") {
    std::string message =
        fmt::format("Container image \"{}\" is not present with pull policy of Never", name);
    record(slot, "Warning", "ErrImageNeverPull", message);
    retry_after(kSyncBackOff);
    co_return fail_image(slot, "ErrImageNeverPull", std::move(message));
  }
  const std::string key = uid_ + "_" + reference->to_string();
  if (node_.pull_back_off.is_waiting_since_update(key, node_.loop.now())) {
    co_return back_off_pulling(slot, name, key);
  }
  sim::Task<const PulledImage*> pulling = pull_image(slot, *reference, key);
  co_return co_await pulling;
}

// The last pull failed too recently for another one.
const PulledImage* PodWorker::back_off_pulling(Slot& slot, const std::string& name,
                                               const std::string& key) {
  std::string message = fmt::format("Back-off pulling image \"{}\"", name);
  record(slot, "Normal", "BackOff", message);
  retry_after(node_.pull_back_off.end_of_wait_since_update(key) - node_.loop.now());
  // The status goes on to say why the pull failed.
  const ContainerState& state = state_of(slot);
  if (state.waiting_reason == "ErrImagePull") {
    message += ": ErrImagePull: " + state.waiting_message;
  } else if (state.waiting_reason == "ImagePullBackOff") {
    message = state.waiting_message;
  }
  return fail_image(slot, "ImagePullBackOff", std::move(message));
}

sim::Task<const PulledImage*> PodWorker::pull_image(Slot& slot, ImageReference reference,
                                                    std::string key) {
  const std::string name{spec_of(slot).image()};
  record(slot, "Normal", "Pulling", fmt::format("Pulling image \"{}\"", name));
  sim::Task<std::expected<PullResult, std::string>> pull = node_.puller.pull(std::move(reference));
  const std::expected<PullResult, std::string> result = co_await pull;
  if (!result) {
    record(slot, "Warning", "Failed",
           fmt::format("Failed to pull image \"{}\": {}", name, result.error()));
    const sim::Time now = node_.loop.now();
    node_.pull_back_off.next(key, now, now);
    node_.note_change(uid_);
    co_return fail_image(slot, "ErrImagePull", result.error());
  }
  record(
      slot, "Normal", "Pulled",
      fmt::format("Successfully pulled image \"{}\" in {} ({} including waiting). Image size: {} "
                  "bytes.",
                  name, go_milliseconds(result->duration),
                  go_milliseconds(result->duration_with_waiting), result->image->size_bytes));
  co_return result->image;
}

std::unique_ptr<Machine> PodWorker::make_machine(Slot& slot, const PulledImage& image,
                                                 ContainerInputs inputs) {
  const api::Pod pod{pod_};
  const api::Container spec = spec_of(slot);
  std::vector<EnvironmentVariable> variables = image.config->environment;
  variables.insert(variables.end(), std::make_move_iterator(inputs.environment.begin()),
                   std::make_move_iterator(inputs.environment.end()));
  const bool host_network = pod.spec().host_network();
  auto machine = std::make_unique<Machine>(Machine{
      .loop = node_.loop,
      .random = node_.random.stream(uid_ + "/" + std::string{spec.name()}),
      .host = sandbox_.host(),
      .hostname = host_network ? node_.node_name() : kernel_hostname(pod, node_.options.dns.domain),
      .log = *slot.log,
      .image = *image.image,
      .reference = image.reference,
      .ports = spec.value()["ports"_key],
      .environment = std::move(variables),
      .service_environment = make_service_environment(),
      .files = {},
      .image_bytes = 0,
      .informers = node_.informers,
      .started_at = node_.loop.now(),
      .children = {},
      .missing_programs = image.config->missing_programs,
      .userland = image.config->userland,
      .own_resolver = sandbox_.own_resolver(),
      .user = user_of(pod, spec, *image.config),
  });
  if (image.config->has_shell) machine->files.make_folder("/tmp");
  for (const auto& [path, content] : image.config->files) machine->files.write(path, content);
  machine->image_bytes = machine->files.bytes();
  machine->disk = &node_.disk;
  volumes_.mount(spec, inputs.sub_paths, machine->files);
  machine->files.set_root_access(root_access_of(spec, machine->user));
  return machine;
}

// Services of the Pod's namespace that were there when the container started, and `kubernetes`.
std::function<std::vector<EnvironmentVariable>()> PodWorker::make_service_environment() {
  const api::Pod pod{pod_};
  const bool links = pod.spec().enable_service_links();
  return [&informers = node_.informers, ns = std::string{pod.namespace_name()}, links,
          started = node_.loop.now()] {
    std::vector<EnvironmentVariable> variables;
    client::Informer& services = informers.of(api::ResourceId::services);
    const auto append = [&](const doc::Value& service) {
      const auto created = api::creation_timestamp(service);
      if (!created || *created <= started) {
        append_service_environment(api::Service{service}, variables);
      }
    };
    const doc::Value* kubernetes = services.find({"default", "kubernetes"});
    if (kubernetes != nullptr) append(*kubernetes);
    if (!links) return variables;
    for (const client::Entry* entry : services.by_namespace().find(ns)) {
      if (entry->first != api::ObjectKey{"default", "kubernetes"}) append(entry->second);
    }
    return variables;
  };
}

std::expected<PodWorker::ContainerInputs, std::string> PodWorker::find_inputs(
    const api::Container& container, const PulledImage& image) {
  const api::Pod pod{pod_};
  const auto services = make_service_environment();
  auto environment = make_environment(pod, container, make_reference_source(), services);
  if (!environment) return std::unexpected{std::move(environment.error())};
  const auto lookup = [&](std::string_view name) {
    const auto own = find_variable(*environment, name);
    return own ? own : find_variable(services(), name);
  };
  auto sub_paths = sub_paths_of(container, lookup);
  if (!sub_paths) return std::unexpected{std::move(sub_paths.error())};
  if (auto problem = refuse_root(pod, container, *image.image, *image.config)) {
    return std::unexpected{*std::move(problem)};
  }
  return ContainerInputs{*std::move(environment), *std::move(sub_paths)};
}

sim::Task<bool> PodWorker::start_container(Slot& slot) {
  sim::Task<const PulledImage*> pull = ensure_image(slot);
  const PulledImage* image = co_await pull;
  if (image == nullptr) co_return false;
  ContainerState& state = state_of(slot);
  const api::Container spec = spec_of(slot);
  auto inputs = find_inputs(spec, *image);
  if (!inputs) {
    state.waiting_reason = "CreateContainerConfigError";
    state.waiting_message = inputs.error();
    record(slot, "Warning", "Failed", fmt::format("Error: {}", inputs.error()));
    retry_after(kSyncBackOff);
    co_return false;
  }
  co_await sim::sleep(
      node_.between(node_.options.container_shortest, node_.options.container_longest));
  if (!state.container_id.is_null()) {
    if (state.is_terminated()) state.last_termination = state.termination;
    ++state.restart_count;
    slot.previous_log = std::move(slot.log);
  }
  slot.instance.reset();
  slot.log = std::make_unique<ContainerLog>();
  slot.started_image = spec.value()["image"_key];
  state.image = image->name;
  state.image_id = image->id;
  state.container_id = make_container_id(node_.random);
  record(slot, "Normal", "Created", fmt::format("Created container: {}", spec.name()));
  std::unique_ptr<Machine> machine = make_machine(slot, *image, *std::move(inputs));
  std::vector<std::string> arguments = make_arguments(spec.value(), *image->config, *machine);
  const std::string program = arguments.empty() ? std::string{} : arguments.front();
  if (find_executable(*image->image, *image->config, program) == nullptr) {
    fail_start(slot, executable_not_found(program));
    co_return false;
  }
  run_instance(slot, *image, std::move(machine), std::move(arguments));
  if (!spec.value()["lifecycle"_key]["postStart"_key].is_null()) {
    sim::Task<bool> hook = run_post_start(slot);
    const bool went_well = co_await hook;
    if (!went_well) co_return false;
  }
  co_return true;
}

void PodWorker::fail_start(Slot& slot, const std::string& message) {
  ContainerState& state = state_of(slot);
  record(slot, "Warning", "Failed", fmt::format("Error: {}", message));
  state.phase = ContainerState::Phase::terminated;
  state.waiting_reason = "RunContainerError";
  state.waiting_message = message;
  state.termination = {.exit_code = kStartErrorExitCode,
                       .reason = "StartError",
                       .message = message,
                       .started_at = sim::Time{},
                       .finished_at = node_.loop.now(),
                       .container_id = state.container_id};
  node_.note_change(uid_);
}

void PodWorker::run_instance(Slot& slot, const PulledImage& image, std::unique_ptr<Machine> machine,
                             std::vector<std::string> arguments) {
  ContainerState& state = state_of(slot);
  const api::Container spec = spec_of(slot);
  state.phase = ContainerState::Phase::running;
  state.waiting_reason.clear();
  state.waiting_message.clear();
  state.started_at = node_.loop.now();
  const bool runs_on = !slot.is_ephemeral && (!slot.is_init || is_sidecar(slot));
  state.started = runs_on && !spec.startup_probe();
  state.ready = state.started && !spec.readiness_probe();
  slot.instance = std::make_unique<Container>(
      std::move(machine), image.config, std::move(arguments), std::string{spec.working_dir()},
      [this, &slot](std::int32_t exit_code) { on_exit(slot, exit_code); });
  if (spec.value()["stdin"_key].as_bool()) {
    slot.instance->open_input(spec.value()["tty"_key].as_bool(),
                              spec.value()["stdinOnce"_key].as_bool());
  }
  slot.instance->start();
  record(slot, "Normal", "Started", fmt::format("Started container {}", spec.name()));
  if (runs_on) start_probes(slot);
  node_.note_change(uid_);
}

sim::Task<bool> PodWorker::run_post_start(Slot& slot) {
  const api::Container spec = spec_of(slot);
  sim::Task<std::optional<std::string>> hook =
      run_hook(net::Ref<net::Host>{&node_.machine.host()}, spec.post_start(), target_of(slot));
  const std::optional<std::string> problem = co_await hook;
  if (!problem) co_return true;
  record(slot, "Warning", "FailedPostStartHook", "PostStartHook failed");
  if (state_of(slot).is_running()) {
    record(slot, "Normal", "Killing", "FailedPostStartHook");
    begin_kill(slot, termination_grace(), true);
    co_await slot.killed->take();
  }
  ContainerState& state = state_of(slot);
  state.waiting_reason = "PostStartHookError";
  state.waiting_message = *problem;
  co_return false;
}

}  // namespace rockpool::node
