import ArgumentParser

/// `quiver overlay`: disks that hold only the changes to a base image.
struct OverlayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overlay",
        abstract: "Create, check and fix overlays: disks that hold only the changes to a base image.",
        discussion: """
              quiver overlay create debian:12 disk.qcow2
              quiver overlay check disk.qcow2
            """,
        subcommands: [OverlayCreate.self, OverlayCheckCommand.self, OverlayRebase.self, OverlayResize.self],
    )
}
