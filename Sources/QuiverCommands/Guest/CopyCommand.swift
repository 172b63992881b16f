import ArgumentParser
import GuestAccess
import HostSupport
import Machines
import Quantities
import SystemPackage

/// The command `quiver cp`.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp",
        abstract: "Copy files and directories into a machine or out of it.",
        discussion: """
            A path in a machine is written NAME:PATH; what is copied is on one side, and the place to copy to on the other. \
            The guest's side is done by the image's default user, or by root with --root. A slash at the end of a \
            directory to copy stands for what is in it; a destination that exists, ends with a slash, or gets more than \
            one file is a directory.

            What comes from a machine has no set-user-id, set-group-id or sticky bits; devices, pipes and links that \
            lead outside of the copied directory are left out.
              quiver cp notes.txt data vm1:/tmp/
              quiver cp --root vm1:/var/log/cloud-init.log .
            """,
    )

    @Flag(help: "Read or write as root in the machine, through sudo.")
    var root = false

    @Argument(help: ArgumentHelp("What to copy, and where to.", valueName: "source> ... <destination"))
    var paths: [String]

    func validate() throws {
        guard paths.count >= 2 else { throw ValidationError("cp needs what to copy and where to") }
    }

    func run() async throws {
        let sources = paths.dropLast().map(CopyPlace.init)
        let hostPaths = sources.compactMap(\.hostText).map(HostSource.init(text:))
        let guestPaths = sources.compactMap(\.guestPath)
        let names = Set(sources.compactMap(\.machine))
        switch CopyPlace(paths.last ?? "") {
        case .guest(let name, let target) where guestPaths.isEmpty:
            try await copy(with: name) { try await $0.upload(hostPaths, to: target) }
        case .host(let target) where hostPaths.isEmpty && names.count == 1:
            for name in names {
                try await copy(with: name) { copy in
                    try await copy.download(guestPaths, to: FilePath(target), isFolder: target.hasSuffix("/"))
                }
            }
        default:
            let all = paths.joined(separator: ", ")
            throw CommandFailure(
                .usage,
                "of \(all) what is copied must be in one machine, written NAME:PATH, and the last one here, or the other way",
            )
        }
    }

    private func copy(with name: String, _ body: (GuestCopy) async throws -> Void) async throws {
        let (ssh, helper) = try await withAttachedMachine(name) { (try $0.ssh(), try? $0.helper()) }
        defer { helper?.close() }
        let printer = StepPrinter()
        let start = ContinuousClock.now
        var copy = GuestCopy(helper: try await GuestCopy.answering(helper, guest: name), ssh: ssh, asRoot: root)
        // Most copies are over before anybody would read it.
        copy.onProgress = { if .now - start > .seconds(2) { printer.show($0) } }
        copy.onNote = { StandardError.write("quiver: \($0)") }
        do {
            try await body(copy)
            if .now - start > .seconds(2) { printer.finish("copied in \((.now - start).shortText)") }
        } catch let error as GuestAccessError where !root && error.message.contains("Permission denied") {
            throw CommandFailure(.failed, "\(error); --root copies as root", cause: error)
        }
    }
}

/// A place to copy from or to.
enum CopyPlace: Equatable {
    case host(String)
    case guest(name: String, path: String)

    /// Reads `NAME:PATH`; a colon after a slash belongs to a path of this host.
    init(_ text: String) {
        let name = text.prefix { $0 != ":" && $0 != "/" }
        let rest = text[name.endIndex...]
        if !name.isEmpty, rest.hasPrefix(":") {
            self = .guest(name: String(name), path: String(rest.dropFirst()))
        } else {
            self = .host(text)
        }
    }

    var hostText: String? { if case .host(let path) = self { path } else { nil } }
    var guestPath: String? { if case .guest(_, let path) = self { path } else { nil } }
    var machine: String? { if case .guest(let name, _) = self { name } else { nil } }
}
