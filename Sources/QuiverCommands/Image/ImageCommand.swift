import ArgumentParser

/// `quiver image`: the images that machines start from.
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Manage the images that machines start from: list, download, build, verify, remove.",
        discussion: """
              quiver image pull debian:12
              quiver image ls
            """,
        subcommands: [
            ImageList.self, ImagePull.self, ImageBuild.self, ImageImport.self, ImageInfo.self, ImageCheck.self,
            ImageRemove.self, ImagePrune.self,
        ],
    )
}
