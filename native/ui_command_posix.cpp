// SPDX-License-Identifier: Apache-2.0
// `rockpool ui`: the page's application as a desktop window.
#include <map>
#include <memory>
#include <string>

#include "native/command.h"
#include "native/ip_families.h"

#ifdef ROCKPOOL_HAS_WINDOW
#include "core/cluster/cluster_networks.h"
#include "core/cluster/cluster_options.h"
#include "web/app/examples.h"
#include "web/app/platform/desktop.h"
#endif

namespace rockpool::native {

#ifdef ROCKPOOL_HAS_WINDOW

void add_ui_command(CLI::App& program, ExitStatus& status) {
  struct Options {
    app::SessionOptions session;
    app::WindowOptions window;
  };
  const auto options = std::make_shared<Options>();
  options->session.manifest = app::first_manifest();
  CLI::App* command = program.add_subcommand("ui", "Show a cluster in a window");
  command->add_option("--seed", options->session.cluster.seed, "Decides every random choice")
      ->capture_default_str();
  command->add_option("--nodes", options->session.cluster.nodes, "Worker nodes")
      ->check(CLI::Range(0, kMaxNodes))
      ->capture_default_str();
  add_ip_family_options(*command, options->session.cluster.ip_families);
  add_network_options(*command, options->session.cluster.service_cidr,
                      options->session.cluster.pod_cidr);
  command
      ->add_option("--screenshot", options->window.screenshot,
                   "Write a picture of the window into this PNG file, and end")
      ->type_name("FILE");
  command
      ->add_option("--theme", options->window.theme,
                   "auto, light or dark; auto is light: the window is not told what the system is")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, app::ThemeChoice>{{"auto", app::ThemeChoice::Auto},
                                                  {"light", app::ThemeChoice::Light},
                                                  {"dark", app::ThemeChoice::Dark}}))
      ->option_text("THEME");
  command->callback([options, &status] {
    if (const auto checked = check_networks(options->session.cluster); !checked) {
      print_error(checked.error());
      status = ExitStatus::misused;
      return;
    }
    const int result = app::run_desktop(options->session, options->window);
    status = result == 0 ? ExitStatus::ok : ExitStatus::failed;
  });
}

#else

void add_ui_command(CLI::App& program, ExitStatus& status) {
  CLI::App* command = program.add_subcommand("ui", "Show a cluster in a window");
  command->callback([&status] {
    print_error("this program was built without its window: SDL2 was not found");
    status = ExitStatus::misused;
  });
}

#endif

}  // namespace rockpool::native
