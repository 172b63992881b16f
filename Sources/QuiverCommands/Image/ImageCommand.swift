import ArgumentParser

/// `quiver image`: the images that machines start from.
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "List, download, build, check and remove the images that machines start from.",
        subcommands: [
            ImageList.self, ImagePull.self, ImageBuild.self, ImageImport.self, ImageInfo.self, ImageCheck.self,
            ImageRemove.self, ImagePrune.self,
        ],
    )
}
