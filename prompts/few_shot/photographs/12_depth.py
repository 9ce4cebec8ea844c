# Is the truck closer to the camera than the tree?
def execute_command(image):
    truck = find(image, "truck")[0]
    tree = find(image, "tree")[0]
    if compute_depth(truck) < compute_depth(tree):
        return "yes"
    return "no"
